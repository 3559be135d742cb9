/** Writes deploy/crds from the schemas of src/policy; a test keeps them equal. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { customResourceDefinitions } from '../src/policy/index.ts';

/** The files below deploy/crds, by name. */
export function crdFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(customResourceDefinitions()).map(([plural, definition]) => [
      `${plural}.yaml`,
      `# Made from src/policy/schema by scripts/write-crds.ts.\n${stringify(definition, { lineWidth: 120, aliasDuplicateObjects: false })}`,
    ]),
  );
}

if (import.meta.main) {
  for (const [name, text] of crdFiles()) writeFileSync(new URL(`../deploy/crds/${name}`, import.meta.url), text);
}
