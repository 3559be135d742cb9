import { createHash } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { type Digest, type Layer, type TarEntry, type TarHandler, TarStream } from '../../oci/index.ts';
import { decompressed, sniff } from './decompress.ts';
import type { Meter } from './meter.ts';

/** What was seen of a layer as a whole. */
export interface LayerSeen {
  readonly digest: Digest;
  /** Bytes as stored. */
  readonly size: number;
}

/**
 * Streams one layer through a handler, once, and checks both digests: the blob's (by `layer.open`) and the diffId.
 * What the handler was told is proven only when this returns.
 * @throws HoldfastError `diff-id-mismatch`, `layer-compression`, `tar-…`, `blob-size`, `digest-mismatch`
 */
export async function streamLayer(
  layer: Layer,
  handler: TarHandler,
  meter: Meter,
  signal: AbortSignal,
): Promise<LayerSeen> {
  const { kind, all } = await sniff(layer.open(signal), layer.place);
  // An uncompressed blob's digest is its diffId: hashed once is enough, and `open` did where it knows the digest.
  const stored = { size: 0, hash: layer.digest === undefined && kind !== 'none' ? createHash('sha256') : undefined };
  const plain = layer.digest === undefined || kind !== 'none' ? createHash('sha256') : undefined;
  const tar = new TarStream(handler, layer.place);
  let unpacked = 0;
  for await (const chunk of decompressed(kind, counting(all, stored), layer.place)) {
    signal.throwIfAborted();
    unpacked += chunk.length;
    meter.bytes(chunk.length, unpacked, stored.size, layer.place);
    plain?.update(chunk);
    tar.push(chunk);
  }
  const diffId = plain === undefined ? layer.digest : `sha256:${plain.digest('hex')}`;
  if (diffId !== layer.diffId) {
    const message = `the config says ${layer.diffId}, the layer unpacks to ${diffId}`;
    throw new HoldfastError('diff-id-mismatch', message, { place: layer.place });
  }
  tar.end();
  const blob = stored.hash === undefined ? layer.diffId : (`sha256:${stored.hash.digest('hex')}` as Digest);
  return { digest: layer.digest ?? blob, size: stored.size };
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  stored: { size: number; readonly hash: ReturnType<typeof createHash> | undefined },
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    stored.size += chunk.length;
    stored.hash?.update(chunk);
    yield chunk;
  }
}

/** For messages: where in a layer an entry stands. */
export function placeOf(layer: Layer, entry: TarEntry): string {
  return `${layer.place}, entry ${entry.ordinal}`;
}
