import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Digest, hexOf, parseDigest } from '../../src/oci/index.ts';

/** Variants of one real image, as OCI layouts: what the resolution tests import. */

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export function manifestOf(layout: string): { readonly descriptor: Descriptor; readonly manifest: Manifest } {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: Descriptor[] };
  const [descriptor] = index.manifests;
  if (descriptor === undefined) throw new Error(`${layout} is empty`);
  return { descriptor, manifest: read(layout, descriptor.digest) as Manifest };
}

/** The image inside an index that also has one for another architecture, whose manifest is there too. */
export function inIndex(layout: string, into: string): { readonly layout: string; readonly index: Digest } {
  cpSync(layout, into, { recursive: true });
  const { descriptor, manifest } = manifestOf(layout);
  const config = { ...(read(layout, manifest.config.digest) as object), architecture: foreign };
  const other = put(into, { ...manifest, config: { ...manifest.config, ...put(into, config) } });
  const index = put(into, {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [
      { mediaType: manifestType, ...other, platform: { os: 'linux', architecture: foreign } },
      { mediaType: manifestType, digest: descriptor.digest, size: descriptor.size, platform: own },
    ],
  });
  point(into, { mediaType: indexType, ...index });
  return { layout: into, index: index.digest };
}

/** The same config in another manifest: the layer packed otherwise. */
export function repacked(layout: string, into: string): { readonly layout: string; readonly manifest: Digest } {
  cpSync(layout, into, { recursive: true });
  const { manifest } = manifestOf(layout);
  const [layer] = manifest.layers;
  if (layer === undefined) throw new Error('no layer');
  const tar = gunzipSync(readFileSync(pathOf(layout, layer.digest)));
  const packed = putBytes(into, gzipSync(tar, { level: 1 }));
  const other = put(into, { ...manifest, layers: [{ ...layer, ...packed }] });
  point(into, { mediaType: manifestType, ...other });
  return { layout: into, manifest: other.digest };
}

/** An index without an image for this host. */
export function onlyForeign(layout: string, into: string): { readonly layout: string; readonly index: Digest } {
  cpSync(layout, into, { recursive: true });
  const { manifest } = manifestOf(layout);
  const config = { ...(read(layout, manifest.config.digest) as object), architecture: foreign };
  const other = put(into, { ...manifest, config: { ...manifest.config, ...put(into, config) } });
  const platform = { os: 'linux', architecture: foreign };
  const manifests = [{ mediaType: manifestType, ...other, platform }];
  const index = put(into, { schemaVersion: 2, mediaType: indexType, manifests });
  point(into, { mediaType: indexType, ...index });
  return { layout: into, index: index.digest };
}

/** The image with another command. */
export function withCommand(layout: string, into: string, command: readonly string[]): string {
  cpSync(layout, into, { recursive: true });
  const { manifest } = manifestOf(layout);
  const config = read(layout, manifest.config.digest) as { readonly config: object };
  const changed = put(into, { ...config, config: { ...config.config, Cmd: command } });
  const other = put(into, { ...manifest, config: { ...manifest.config, ...changed } });
  point(into, { mediaType: manifestType, ...other });
  return into;
}

/** The same image as `docker save` would write it. */
export function dockerArchive(layout: string, file: string, name: string): void {
  const source = `oci:${layout}:latest`;
  execFileSync('skopeo', ['--insecure-policy', 'copy', '--quiet', source, `docker-archive:${file}:${name}`]);
}

const own = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
const foreign = own.architecture === 's390x' ? 'amd64' : 's390x';

function point(layout: string, to: Descriptor): void {
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [to] }));
}

function read(layout: string, digest: Digest): unknown {
  return JSON.parse(readFileSync(pathOf(layout, digest), 'utf8'));
}

function put(layout: string, value: unknown) {
  return putBytes(layout, Buffer.from(JSON.stringify(value)));
}

function putBytes(layout: string, bytes: Uint8Array) {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  writeFileSync(pathOf(layout, digest), bytes);
  return { digest, size: bytes.length };
}

function pathOf(layout: string, digest: Digest): string {
  return join(layout, 'blobs/sha256', hexOf(digest));
}
