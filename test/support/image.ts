import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Digest, digestOf, hexOf } from '../../src/oci/index.ts';
import { type TestEntry, tarOf } from './tar.ts';

/** A tiny OCI image builder: the same input gives the same bytes. */
export interface TestLayer {
  readonly files?: readonly TestEntry[];
  /** Instead of `files`: any bytes as the uncompressed layer. */
  readonly tar?: Uint8Array;
  /** Default gzip. */
  readonly compression?: 'gzip' | 'zstd' | 'none';
  /** Instead of compressing: any bytes as the blob. */
  readonly blob?: Uint8Array;
  readonly mediaType?: string;
  /** To lie with. */
  readonly diffId?: Digest;
}

export interface TestImageOptions {
  readonly layers: readonly TestLayer[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** The config's `config`: Entrypoint, Cmd, Env, Labels … */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tag?: string;
}

export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: TestImageOptions['platform'];
}

export interface TestImage {
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  /** What `index.json` lists. */
  readonly entries: readonly TestDescriptor[];
  readonly manifest: TestDescriptor;
  readonly configDigest: Digest;
  readonly layers: readonly { readonly digest: Digest; readonly diffId: Digest; readonly tar: Uint8Array }[];
  readonly tag: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

export function buildImage(options: TestImageOptions): TestImage {
  const blobs = new Map<Digest, Uint8Array>();
  const put = (bytes: Uint8Array, mediaType: string): TestDescriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layers = options.layers.map((layer) => {
    const tar = layer.tar ?? tarOf(layer.files ?? []);
    const compression = layer.compression ?? 'gzip';
    const blob =
      layer.blob ?? { gzip: gzipSync, zstd: zstdCompressSync, none: (bytes: Uint8Array) => bytes }[compression](tar);
    const suffix = compression === 'none' ? '' : `+${compression}`;
    const descriptor = put(blob, layer.mediaType ?? `application/vnd.oci.image.layer.v1.tar${suffix}`);
    return { descriptor, diffId: layer.diffId ?? digestOf(tar), tar };
  });
  const platform = options.platform ?? { os: 'linux', architecture: 'amd64' };
  const config = put(
    json({
      ...platform,
      config: options.config ?? {},
      rootfs: { type: 'layers', diff_ids: layers.map((one) => one.diffId) },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const tag = options.tag ?? 'latest';
  const manifest = put(
    json({ schemaVersion: 2, mediaType: manifestType, config, layers: layers.map((one) => one.descriptor) }),
    manifestType,
  );
  return {
    blobs,
    manifest,
    tag,
    entries: [{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': tag } }],
    configDigest: config.digest,
    layers: layers.map(({ descriptor, diffId, tar }) => ({ digest: descriptor.digest, diffId, tar })),
  };
}

/** Several images under one index, each listed with its platform (or without, for `undefined`). */
export function buildIndex(
  images: readonly { readonly image: TestImage; readonly platform?: TestImageOptions['platform'] }[],
  tag = 'latest',
): TestImage {
  const first = images[0]?.image;
  if (first === undefined) throw new Error('an index of no image');
  const manifests = images.map(({ image, platform }) => {
    const entry = image.entries[0] ?? image.manifest;
    const { annotations: _annotations, ...descriptor } = entry;
    return platform === undefined ? descriptor : { ...descriptor, platform };
  });
  const bytes = json({ schemaVersion: 2, mediaType: indexType, manifests });
  const digest = digestOf(bytes);
  const descriptor = { mediaType: indexType, digest, size: bytes.length };
  return {
    ...first,
    tag,
    blobs: new Map([...images.flatMap(({ image }) => [...image.blobs]), [digest, bytes]]),
    entries: [{ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } }],
  };
}

function layoutFiles(image: TestImage): readonly (readonly [string, Uint8Array])[] {
  return [
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', json({ schemaVersion: 2, manifests: image.entries })],
    ...[...image.blobs].map(([digest, bytes]) => [`blobs/sha256/${hexOf(digest)}`, bytes] as const),
  ];
}

/** Writes an image layout; `oci:DIR` reads it. */
export async function writeLayout(directory: string, image: TestImage): Promise<void> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  for (const [name, bytes] of layoutFiles(image)) await writeFile(join(directory, name), bytes);
}

/** Writes the layout as a tar; `oci-archive:FILE` reads it, and so does `ctr image import`. */
export async function writeOciArchive(file: string, image: TestImage): Promise<void> {
  await writeFile(file, tarOf(layoutFiles(image).map(([path, content]) => ({ path, content }))));
}

/** Writes what `docker save` writes; `docker-archive:FILE` reads it. */
export async function writeDockerArchive(
  file: string,
  image: TestImage,
  names: readonly string[] = ['test:latest'],
): Promise<void> {
  const config = image.blobs.get(image.configDigest) ?? new Uint8Array(0);
  const layers = image.layers.map(({ diffId, tar }) => ({ path: `${hexOf(diffId)}.tar`, content: tar }));
  const manifest = [
    { Config: `${hexOf(image.configDigest)}.json`, RepoTags: names, Layers: layers.map((layer) => layer.path) },
  ];
  await writeFile(
    file,
    tarOf([
      ...layers,
      { path: `${hexOf(image.configDigest)}.json`, content: config },
      { path: 'manifest.json', content: json(manifest) },
    ]),
  );
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
