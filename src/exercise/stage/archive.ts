import type { Digest } from '../../oci/index.ts';
import { digestOf, hexOf, tarEnd, tarHeader, tarPadding } from '../../oci/index.ts';

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
    yield tarPadding(size);
  }
  yield tarEnd;
}

function* file(path: string, bytes: Uint8Array): Generator<Uint8Array> {
  yield header(path, bytes.length);
  yield bytes;
  yield tarPadding(bytes.length);
}

function pathOf(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

const none = new Uint8Array(0);

function header(path: string, size: number): Uint8Array {
  const owner = { uid: 0, gid: 0, modified: 1, device: { major: 0, minor: 0 }, attributes: new Map() };
  return tarHeader({ kind: 'file', name: Buffer.from(path), linkName: none, mode: 0o644, size, ...owner }, path);
}
