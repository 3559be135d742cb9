import { HoldfastError } from '../errors/index.ts';

/** Media types of OCI image-spec 1.1 (media-types.md) and Docker's schema 2. */
const indexes = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const manifests = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const configs = new Set(['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']);
const layers = new Set([
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
]);

export function isIndexType(mediaType: string): boolean {
  return indexes.has(mediaType);
}

export function isManifestType(mediaType: string): boolean {
  return manifests.has(mediaType);
}

export function isConfigType(mediaType: string): boolean {
  return configs.has(mediaType);
}

/**
 * Lets through what is a layer in the image. How it is compressed is seen from its first bytes, as runtimes do.
 * @throws HoldfastError `layer-foreign`, `media-type-unsupported`
 */
export function requireLayerType(mediaType: string, place: string): void {
  if (layers.has(mediaType)) return;
  if (mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.')) {
    throw new HoldfastError('layer-foreign', `the layer's bytes are kept elsewhere: ${mediaType.slice(0, 100)}`, {
      place,
    });
  }
  throw new HoldfastError('media-type-unsupported', `not a layer: ${mediaType.slice(0, 100)}`, { place });
}
