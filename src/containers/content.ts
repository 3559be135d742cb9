import { HoldfastError } from '../errors/index.ts';
import type { BlobStore, Digest } from '../oci/index.ts';
import type { Connection } from './api/connection.ts';
import { contentInfo, readContent } from './api/methods.ts';

/** A whole layer may take this long; a stalled one ends by it. Milliseconds. */
const blobTimeout = 600_000;

/**
 * The blobs of one containerd namespace, read through containerd's Content service. As every `BlobStore` it only fetches:
 * whoever reads checks digest and size against the descriptor that named the blob.
 *
 * Its calls throw HoldfastError `blob-missing`, `containerd-unreachable`, `containerd-refused`, `containerd-malformed`.
 */
export function contentStore(connection: Connection, namespace: string): BlobStore {
  async function size(digest: Digest, signal: AbortSignal): Promise<number | undefined> {
    return (await connection.find(contentInfo, { digest }, { namespace, signal }))?.info?.size;
  }

  async function* read(digest: Digest, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const expected = await size(digest, signal);
    const place = `containerd namespace ${namespace}, ${digest}`;
    if (expected === undefined) throw new HoldfastError('blob-missing', 'not in the content store', { place });
    const damaged = (what: string) => new HoldfastError('containerd-malformed', `a blob ${what}`, { place });
    let offset = 0;
    for await (const part of connection.stream(readContent, { digest }, { namespace, timeout: blobTimeout, signal })) {
      if (part.offset !== offset) throw damaged(`comes out of order at ${offset}`);
      offset += part.data.length;
      if (offset > expected) throw damaged(`is longer than its ${expected} bytes`);
      yield part.data;
    }
    if (offset !== expected) throw damaged(`ends at ${offset} of ${expected} bytes`);
  }

  return { size, read };
}
