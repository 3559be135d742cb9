import { createHash } from 'node:crypto';
import { HoldfastError } from '../errors/index.ts';
import type { Digest } from './digest.ts';

/**
 * Where blobs lie: a layout, an archive, containerd's content store, a registry. It only fetches; callers verify what
 * arrives (`readBlob`, `verified`).
 */
export interface BlobStore {
  /** Bytes of a blob; undefined when it isn't there. */
  size(digest: Digest, signal: AbortSignal): Promise<number | undefined>;
  /** The blob's bytes as stored, unverified, in chunks of any size. @throws HoldfastError `blob-missing` */
  read(digest: Digest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * A manifest or index by its digest, where those are not kept among the blobs (a registry): whole and verified.
   * @throws HoldfastError `not-found`, `digest-mismatch`, `oci-limit`
   */
  manifest?(digest: Digest, signal: AbortSignal): Promise<{ readonly bytes: Uint8Array }>;
}

export interface Expected {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Passes chunks on and checks length and sha256 of the whole. What was yielded is only proven when the iteration ended
 * without an error, so read to the end before believing any of it.
 * @throws HoldfastError `blob-size`, `digest-mismatch`
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  expected: Expected,
  place: string,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > expected.size) {
      throw new HoldfastError('blob-size', `longer than the ${expected.size} bytes its descriptor says`, { place });
    }
    hash.update(chunk);
    yield chunk;
  }
  if (length < expected.size) {
    throw new HoldfastError('blob-size', `${length} bytes, its descriptor says ${expected.size}`, { place });
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== expected.digest) {
    throw new HoldfastError('digest-mismatch', `has ${digest}, should have ${expected.digest}`, { place });
  }
}

/**
 * A small blob, whole and verified.
 * @throws HoldfastError `oci-limit`, `blob-missing`, `blob-size`, `digest-mismatch`
 */
export async function readBlob(
  store: BlobStore,
  expected: Expected,
  options: { readonly signal: AbortSignal; readonly bound: number; readonly place: string },
): Promise<Uint8Array> {
  if (expected.size > options.bound) {
    throw new HoldfastError('oci-limit', `${expected.size} bytes, more than ${options.bound}`, {
      place: options.place,
    });
  }
  const parts: Uint8Array[] = [];
  for await (const chunk of verified(store.read(expected.digest, options.signal), expected, options.place))
    parts.push(chunk);
  return Buffer.concat(parts);
}
