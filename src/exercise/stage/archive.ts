import type { Digest } from '../../oci/index.ts';
import { digestOf, hexOf } from '../../oci/index.ts';

/** One blob of an image: its bytes as stored, opened when it is its turn. */
export interface ArchivedBlob {
  readonly digest: Digest;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface ArchivedManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Under which containerd files it. */
  readonly name: string;
}

const block = 512;

/** An OCI layout with one manifest as a tar (image-spec 1.1, image-layout.md), as `ctr images import` reads it. */
export async function* layoutArchive(
  manifest: ArchivedManifest,
  blobs: readonly ArchivedBlob[],
): AsyncGenerator<Uint8Array> {
  const { bytes, mediaType, name } = manifest;
  const descriptor = {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    annotations: { 'io.containerd.image.name': name },
  };
  yield* file('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  yield* file('index.json', json({ schemaVersion: 2, manifests: [descriptor] }));
  yield* file(pathOf(descriptor.digest), bytes);
  for (const blob of blobs) {
    const { digest, size } = blob;
    yield header(pathOf(digest), size);
    yield* blob.open();
    yield padding(size);
  }
  yield Buffer.alloc(2 * block);
}

function* file(path: string, bytes: Uint8Array): Generator<Uint8Array> {
  yield header(path, bytes.length);
  yield bytes;
  yield padding(bytes.length);
}

function pathOf(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function padding(size: number): Uint8Array {
  return Buffer.alloc((block - (size % block)) % block);
}

/** POSIX ustar; a size beyond its octal digits is GNU's base-256. */
function header(path: string, size: number): Uint8Array {
  const bytes = Buffer.alloc(block);
  bytes.write(path, 0, 100, 'latin1');
  bytes.write('0000644\0', 100, 'latin1');
  bytes.write('0000000\0', 108, 'latin1');
  bytes.write('0000000\0', 116, 'latin1');
  if (size < 8 ** 11) bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    bytes.writeUInt32BE(0x8000_0000, 124);
    bytes.writeBigUInt64BE(BigInt(size), 128);
  }
  bytes.write('00000000001\0', 136, 'latin1');
  bytes.write('        0', 148, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
