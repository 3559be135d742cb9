import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { type Digest, parseDigest } from '../../oci/index.ts';
import type { ScratchFile } from './scratch.ts';

export interface WrittenLayer {
  /** Of the blob, compressed. */
  readonly digest: Digest;
  /** Of the tar. */
  readonly diffId: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  /** Bytes of the tar. */
  readonly uncompressed: number;
}

/** Fixed, as the digest hangs on them. The compressed bytes are zlib's, so another zlib may give others; the diffId stays. */
const compression = { level: 6, memLevel: 8, windowBits: 15 } as const;
const pieceBytes = 1 << 18;

/** RFC 1952, 2.3: deflate, no flags, no time, no hint, unknown operating system: what is the same on every machine. */
const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Compresses a tar into a file. @throws what the tar throws, and file system errors; the signal's reason
 * @param progress bytes of the tar so far
 */
export async function writeLayer(
  tar: AsyncIterable<Uint8Array>,
  into: ScratchFile,
  signal: AbortSignal,
  progress: (bytes: number) => void = () => undefined,
): Promise<WrittenLayer> {
  const plain = { hash: createHash('sha256'), size: 0, crc: 0 };
  const stored = createHash('sha256');
  const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of inPieces(tar)) {
      plain.hash.update(piece);
      plain.size += piece.length;
      plain.crc = crc32(piece, plain.crc);
      progress(plain.size);
      yield piece;
    }
  };
  const store = async (compressed: AsyncIterable<Uint8Array>): Promise<void> => {
    const put = (bytes: Uint8Array): void => {
      stored.update(bytes);
      into.append(bytes);
    };
    put(gzipHead);
    for await (const chunk of compressed) put(chunk);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(plain.crc, 0);
    tail.writeUInt32LE(plain.size % 2 ** 32, 4);
    put(tail);
    into.flush();
  };
  try {
    await pipeline(counted, createDeflateRaw(compression), store, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return {
    digest: parseDigest(`sha256:${stored.digest('hex')}`),
    diffId: parseDigest(`sha256:${plain.hash.digest('hex')}`),
    size: into.size,
    uncompressed: plain.size,
  };
}

/** An image has many small files, and a compressor takes its time for each chunk. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length < pieceBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts);
}
