import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { crdFiles } from '../../scripts/write-crds.ts';
import { customResourceDefinitions } from '../../src/policy/index.ts';
import { files, textOf } from '../house/tree.ts';

test('deploy/crds is what scripts/write-crds.ts writes', () => {
  const made = crdFiles();
  assert.deepEqual(
    files('deploy/crds/*').map((path) => path.split('/').at(-1)),
    [...made.keys()],
  );
  for (const [name, text] of made) assert.equal(textOf(`deploy/crds/${name}`), text);
});

/** The keywords of JSONSchemaProps (apiextensions.k8s.io/v1) that a structural schema may have anywhere. */
const keywords = new Set([
  'additionalProperties',
  'default',
  'description',
  'enum',
  'format',
  'items',
  'maxItems',
  'maxLength',
  'maximum',
  'minItems',
  'minLength',
  'minimum',
  'nullable',
  'pattern',
  'properties',
  'required',
  'type',
]);

type Schema = Readonly<Record<string, unknown>>;

/** What keeps a schema from being structural, by its path. */
function faults(schema: Schema, path: string): readonly string[] {
  const found = Object.keys(schema)
    .filter((key) => !keywords.has(key))
    .map((key) => `${path}: ${key}`);
  if (!['object', 'array', 'string', 'integer', 'boolean'].includes(schema['type'] as string))
    found.push(`${path}: type`);
  if (schema['properties'] !== undefined && schema['additionalProperties'] !== undefined) found.push(`${path}: both`);
  if (schema['type'] === 'array' && typeof schema['items'] !== 'object') found.push(`${path}: items`);
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  for (const name of (schema['required'] ?? []) as readonly string[]) {
    if (properties[name] === undefined) found.push(`${path}: requires ${name}`);
    // A field that the server fills in must not be asked for.
    if (properties[name]?.['default'] !== undefined) found.push(`${path}: requires ${name}, which has a default`);
  }
  const below = [
    ...Object.entries(properties),
    ['[]', schema['items']],
    ['{}', schema['additionalProperties']],
  ] as const;
  return [
    ...found,
    ...below.flatMap(([name, one]) =>
      typeof one === 'object' && one !== null ? faults(one as Schema, `${path}.${name}`) : [],
    ),
  ];
}

test('the schemas are structural: each part has a type, and nothing that Kubernetes refuses', () => {
  for (const [plural, definition] of Object.entries(customResourceDefinitions())) {
    const { versions } = definition['spec'] as { versions: readonly { schema: { openAPIV3Schema: Schema } }[] };
    const schema = versions[0]?.schema.openAPIV3Schema ?? assert.fail();
    assert.deepEqual(faults(schema, plural), []);
    assert.deepEqual((schema['properties'] as Schema)['metadata'], { type: 'object' });
  }
  assert.equal(faults({ type: 'object', anyOf: [], properties: { a: { $ref: '#' } } }, 'x').length, 3);
});

test('what is written is read back to the same', () => {
  for (const [plural, definition] of Object.entries(customResourceDefinitions())) {
    assert.deepEqual(parse(textOf(`deploy/crds/${plural}.yaml`)), JSON.parse(JSON.stringify(definition)));
  }
});
