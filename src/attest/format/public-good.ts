import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseTrustedRoot, type TrustedRoot } from './trusted-root.ts';

const repository = 'https://tuf-repo-cdn.sigstore.dev';
let root: TrustedRoot | undefined;

/** Sigstore's public-good root as it ships in npm's `@sigstore/tuf`: nothing is fetched, so it is as old as that package. */
export function publicGoodRoot(): TrustedRoot {
  if (root !== undefined) return root;
  const file = createRequire(import.meta.url).resolve('@sigstore/tuf/seeds.json');
  const seeds = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
    Record<string, { readonly targets: Readonly<Record<string, string>> }>
  >;
  const target = seeds[repository]?.targets['trusted_root.json'] ?? '';
  root = parseTrustedRoot(Buffer.from(target, 'base64'), 'the public-good root');
  return root;
}
