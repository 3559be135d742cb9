import type * as Attest from '../../src/attest/index.ts';
import type * as Oci from '../../src/oci/index.ts';
import type * as Policy from '../../src/policy/index.ts';
import type * as Seal from '../../src/seal/index.ts';

/** What users install, by its doors: JavaScript under dist/, with the types of its source. */
export interface Built {
  readonly attest: typeof Attest;
  readonly oci: typeof Oci;
  readonly policy: typeof Policy;
  readonly seal: typeof Seal;
}

/** Not at import: dist/ is made by the benchmark itself. */
export async function built(): Promise<Built> {
  const [attest, oci, policy, seal] = await Promise.all(['attest', 'oci', 'policy', 'seal'].map(door));
  return { attest, oci, policy, seal } as Built;
}

async function door(folder: string): Promise<unknown> {
  return await import(new URL(`../../dist/${folder}/index.js`, import.meta.url).href);
}
