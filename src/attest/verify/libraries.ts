import { createRequire } from 'node:module';
import type * as Re2 from '@bufbuild/re2';
import type * as Curves from '@noble/curves/nist.js';
import type * as Core from '@sigstore/core';

// Opening a library's files is most of what a short command does: each is loaded by the first signature that needs it,
// and for those by a key over bytes that is none.
const require = createRequire(import.meta.url);
let core: typeof Core | undefined;
let curves: typeof Curves | undefined;
let re2: typeof Re2 | undefined;

/** Certificates and timestamps as trees. */
export function sigstoreCore(): typeof Core {
  core ??= require('@sigstore/core') as typeof Core;
  return core;
}

/** Signatures over a digest. */
export function nistCurves(): typeof Curves {
  curves ??= require('@noble/curves/nist.js') as typeof Curves;
  return curves;
}

/** Patterns of identities. */
export function re2Library(): typeof Re2 {
  re2 ??= require('@bufbuild/re2') as typeof Re2;
  return re2;
}
