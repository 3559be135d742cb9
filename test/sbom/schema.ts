import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';

const require = createRequire(import.meta.url);
const library = dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));

function schema(name: string): object {
  return JSON.parse(readFileSync(join(library, 'res', 'schema', name), 'utf8')) as object;
}

const ajv = new Ajv({ strict: false, allErrors: true });
for (const plugin of ['ajv-formats', 'ajv-formats-draft2019']) (require(plugin) as (ajv: Ajv) => void)(ajv);
for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`);
}
const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));

/** What the official CycloneDX 1.6 schema has against a document. Quadratic in components: keep documents small. */
export function schemaErrors(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
