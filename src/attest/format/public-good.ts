import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { parseTrustedRoot, type TrustedRoot } from './trusted-root.ts';

const repository = 'https://tuf-repo-cdn.sigstore.dev';
let root: TrustedRoot | undefined;

/** Sigstore's public-good root as it ships in npm's `@sigstore/tuf`: nothing is fetched, so it is as old as that package. */
export function publicGoodRoot(): TrustedRoot {
  if (root !== undefined) return root;
  const known: Readonly<Record<string, { readonly targets: Readonly<Record<string, string>> }>> = seeds;
  const target = known[repository]?.targets['trusted_root.json'] ?? '';
  root = parseTrustedRoot(Buffer.from(target, 'base64'), 'the public-good root');
  return root;
}
