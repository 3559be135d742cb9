import { createHash } from 'node:crypto';
import { HoldfastError } from '../errors/index.ts';
import { type Digest, hexOf } from '../oci/index.ts';
import type { Connection } from './api/connection.ts';
import { contentInfo, readContent } from './api/methods.ts';

/** A whole layer may take this long; a stalled one ends by it. Milliseconds. */
const layerTimeout = 600_000;
const documentTimeout = 15_000;

/** The blobs of one containerd namespace, read through containerd's Content service. */
export interface ContentStore {
  /** Bytes of the blob as the store has it; undefined = it is not there. */
  size(digest: Digest, signal?: AbortSignal): Promise<number | undefined>;
  /**
   * The blob's bytes as they come, at most `size` of them. Whoever reads checks the digest: it is his stream.
   * @throws HoldfastError `not-found`, `containerd-unreachable`, `containerd-malformed`
   */
  read(digest: Digest, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * A small blob whole, its digest checked; undefined = it is not there.
   * @throws HoldfastError `containerd-malformed` where it is larger than `limit` or its bytes have another digest
   */
  document(digest: Digest, limit: number, signal?: AbortSignal): Promise<Uint8Array | undefined>;
}

export function contentStore(connection: Connection, namespace: string): ContentStore {
  async function size(digest: Digest, signal?: AbortSignal): Promise<number | undefined> {
    const answer = await connection.find(contentInfo, { digest }, { namespace, ...given(signal) });
    return answer?.info?.size;
  }

  async function* read(digest: Digest, signal?: AbortSignal, timeout = layerTimeout): AsyncGenerator<Uint8Array> {
    const expected = await size(digest, signal);
    if (expected === undefined) {
      throw new HoldfastError('not-found', `containerd's content store does not hold ${digest}`, { place: namespace });
    }
    let offset = 0;
    for await (const part of connection.stream(readContent, { digest }, { namespace, timeout, ...given(signal) })) {
      if (part.offset !== offset) throw damaged(digest, `sent out of order at ${offset}`);
      offset += part.data.length;
      if (offset > expected) throw damaged(digest, `longer than its ${expected} bytes`);
      yield part.data;
    }
    if (offset !== expected) throw damaged(digest, `ends at ${offset} of ${expected} bytes`);
  }

  async function document(digest: Digest, limit: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const expected = await size(digest, signal);
    if (expected === undefined) return undefined;
    if (expected > limit) throw damaged(digest, `a document of ${expected} bytes; ${limit} are read`);
    const parts: Uint8Array[] = [];
    const hash = createHash('sha256');
    for await (const part of read(digest, signal, documentTimeout)) {
      parts.push(part);
      hash.update(part);
    }
    if (hash.digest('hex') !== hexOf(digest)) throw damaged(digest, 'its bytes have another digest');
    return Buffer.concat(parts);
  }

  return { size, read, document };
}

function damaged(digest: Digest, what: string): HoldfastError {
  return new HoldfastError('containerd-malformed', `blob in containerd's content store: ${what}`, { place: digest });
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
