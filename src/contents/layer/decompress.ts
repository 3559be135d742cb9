import { createGunzip, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import { HoldfastError } from '../../errors/index.ts';
import { type FramePiece, ZstdFrames } from './zstd.ts';

/** Big enough that the cost per chunk doesn't count, small enough that dozens of them don't either. */
const chunkSize = 1 << 18;

type Chunks = AsyncIterable<Uint8Array>;

export type Compression = 'gzip' | 'zstd' | 'none';

/**
 * What a layer's blob is compressed with, told by its first bytes as runtimes tell it, and the whole blob again.
 * @throws HoldfastError `layer-compression` for what runtimes read through outside tools or not at all
 */
export async function sniff(
  source: Chunks,
  place: string,
): Promise<{ readonly kind: Compression; readonly all: Chunks }> {
  const { magic, all } = await peek(source);
  const kind = kindOf(magic);
  if (kind !== 'other') return { kind, all };
  throw new HoldfastError('layer-compression', 'compressed with neither gzip nor zstd', { place });
}

/**
 * The tar in a layer's blob. Inflating runs in node's thread pool while the caller works on what came before.
 * @throws HoldfastError `layer-compression`, and what the source throws
 */
export function decompressed(kind: Compression, source: Chunks, place: string): Chunks {
  switch (kind) {
    case 'gzip':
      return through(createGunzip({ chunkSize }), source, place);
    case 'zstd':
      return zstdFrames(source, place);
    case 'none':
      return source;
    default:
      return kind satisfies never;
  }
}

function kindOf(magic: Buffer): Compression | 'other' {
  if (magic.length < 4) return 'none';
  const first = magic.readUInt32LE(0);
  if ((first & 0xffffff) === 0x088b1f) return 'gzip';
  if (first === 0xfd2fb528 || first >>> 4 === 0x184d2a5) return 'zstd';
  // bzip2 and xz.
  return (first & 0xffffff) === 0x685a42 || first === 0x587a37fd ? 'other' : 'none';
}

/** The first four bytes, and the whole source again. */
async function peek(source: Chunks): Promise<{ readonly magic: Buffer; readonly all: Chunks }> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (length < 4 && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      first.push(next.value);
      length += next.value.length;
    }
  }
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { magic: Buffer.concat(first).subarray(0, 4), all: all() };
}

type Decompressor = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

/** Until more can be written, or never again. */
async function drained(stream: Decompressor): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once('drain', resolve).once('close', resolve);
  await promise;
  stream.off('drain', resolve).off('close', resolve);
}

/** Feeds a decompressor and yields what comes out. The source is read to its end, so that its digest gets checked. */
async function* through(stream: Decompressor, source: Chunks, place: string): AsyncGenerator<Uint8Array, void, void> {
  let sourceError: unknown;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of source) {
        if (stream.destroyed) return;
        if (!stream.write(chunk)) await drained(stream);
      }
      stream.end();
    } catch (error) {
      sourceError = error;
      stream.destroy(error as Error);
    }
  };
  const fed = feed();
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    await fed;
    if (sourceError !== undefined) throw sourceError;
    throw new HoldfastError('layer-compression', (cause as Error).message, { place, cause });
  } finally {
    stream.destroy();
    await fed;
  }
  if (sourceError !== undefined) throw sourceError;
}

/** Frames up to this size are decompressed in one call: zstd:chunked has a frame for every file. */
const smallFrame = 1 << 16;
const smallResult = 1 << 21;

async function* zstdFrames(source: Chunks, place: string): AsyncGenerator<Uint8Array, void, void> {
  const pieces = cutFrames(source, place);
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    const begun: Uint8Array[] = [next.value.bytes];
    let length = next.value.bytes.length;
    let ended = next.value.ends;
    while (!ended && length <= smallFrame) {
      const more = await pieces.next();
      if (more.done) break;
      begun.push(more.value.bytes);
      length += more.value.bytes.length;
      ended = more.value.ends;
    }
    const small = ended && length <= smallFrame ? atOnce(Buffer.concat(begun), place) : undefined;
    if (small !== undefined) yield small;
    else yield* through(createZstdDecompress({ chunkSize }), restOfFrame(begun, ended, pieces), place);
  }
}

async function* cutFrames(source: Chunks, place: string): AsyncGenerator<FramePiece, void, void> {
  const frames = new ZstdFrames(place);
  for await (const chunk of source) yield* frames.cut(chunk);
  if (!frames.complete) throw new HoldfastError('layer-compression', 'ends within a zstd frame', { place });
}

async function* restOfFrame(
  begun: readonly Uint8Array[],
  ended: boolean,
  pieces: AsyncGenerator<FramePiece, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  yield* begun;
  for (let done = ended; !done; ) {
    const more = await pieces.next();
    if (more.done) return;
    yield more.value.bytes;
    done = more.value.ends;
  }
}

/** Undefined when the result would be big: then it is streamed. */
function atOnce(frame: Buffer, place: string): Uint8Array | undefined {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: smallResult });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new HoldfastError('layer-compression', (cause as Error).message, { place, cause });
  }
}
