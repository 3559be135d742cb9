import { createHash } from 'node:crypto';
import { HoldfastError } from '../errors/index.ts';

declare const digestBrand: unique symbol;

/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md, "Digests"). No other algorithm is accepted. */
export type Digest = string & { readonly [digestBrand]: 'Digest' };

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** @throws HoldfastError `digest-malformed` */
export function parseDigest(text: string, place?: string): Digest {
  if (isDigest(text)) return text;
  throw new HoldfastError(
    'digest-malformed',
    `not a sha256 digest: ${JSON.stringify(text.slice(0, 100))}`,
    place === undefined ? {} : { place },
  );
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** The 64 hex digits, without the algorithm. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
