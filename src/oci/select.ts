import { HoldfastError } from '../errors/index.ts';
import { type BlobStore, readBlob } from './blobs.ts';
import { type ImageConfig, parseConfig } from './config.ts';
import type { Descriptor } from './descriptor.ts';
import { readDocument } from './document.ts';
import type { ImageIdentity } from './identity.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import type { Manifest } from './manifest.ts';
import { isIndexType, isManifestType } from './media.ts';
import { defaultVariant, formatPlatform, hostPlatform, type Platform, platformMatches } from './platform.ts';

export interface SelectOptions {
  readonly signal: AbortSignal;
  /** Must match when given; without it an index is asked for this host's, and a lone manifest is taken as it is. */
  readonly platform?: Platform;
  readonly limits?: OciLimits;
}

/** One platform's image, found from whatever its name pointed at. */
export interface SelectedImage {
  readonly identity: ImageIdentity;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

interface Candidate {
  readonly descriptor: Descriptor;
  readonly platform: Platform | undefined;
}

/**
 * From an index (nested ones too) or a manifest to one platform manifest and its config, each verified by digest.
 * @throws HoldfastError `platform-not-found`, `oci-malformed`, `oci-limit`, `media-type-unsupported`, `layer-foreign`,
 * `blob-missing`, `blob-size`, `digest-mismatch`
 */
export async function selectImage(
  store: BlobStore,
  target: Descriptor,
  options: SelectOptions,
): Promise<SelectedImage> {
  if (!isIndexType(target.mediaType)) return await readImage(store, target, undefined, options);
  const wanted = options.platform ?? hostPlatform();
  const candidates = await candidatesOf(store, target, wanted, options, 0);
  const chosen = best(candidates, wanted);
  if (chosen !== undefined) return await readImage(store, chosen.descriptor, target, options);
  // Some writers leave the platform out of the index: then the configs say it.
  for (const candidate of candidates) {
    const image = await readImage(store, candidate.descriptor, target, { ...options, platform: wanted }).catch(
      (error: unknown) => {
        if (error instanceof HoldfastError && error.code === 'platform-not-found') return undefined;
        throw error;
      },
    );
    if (image !== undefined) return image;
  }
  throw new HoldfastError('platform-not-found', `no image for ${formatPlatform(wanted)} in the index`, {
    place: target.digest,
  });
}

/** Image manifests that are for the platform or don't say what they are for, in the index's order. */
async function candidatesOf(
  store: BlobStore,
  index: Descriptor,
  wanted: Platform,
  options: SelectOptions,
  depth: number,
): Promise<readonly Candidate[]> {
  const limits = options.limits ?? ociLimits;
  if (depth >= limits.indexDepth) {
    throw new HoldfastError('oci-limit', `indexes within indexes deeper than ${limits.indexDepth}`, {
      place: index.digest,
    });
  }
  const document = await readDocument(store, index, options);
  if (document.kind !== 'index') throw new HoldfastError('oci-malformed', 'not an index', { place: index.digest });
  const found: Candidate[] = [];
  for (const descriptor of document.manifests) {
    const { platform } = descriptor;
    // BuildKit lists attestations as manifests for unknown/unknown.
    if (descriptor.annotations['vnd.docker.reference.type'] !== undefined) continue;
    if (platform !== undefined && !platformMatches(wanted, platform)) continue;
    if (isManifestType(descriptor.mediaType)) found.push({ descriptor, platform });
    else if (isIndexType(descriptor.mediaType))
      found.push(...(await candidatesOf(store, descriptor, wanted, options, depth + 1)));
    if (found.length > limits.manifests) {
      throw new HoldfastError('oci-limit', `more than ${limits.manifests} manifests`, { place: index.digest });
    }
  }
  return found;
}

/** Of several variants: the one without, then the architecture's usual one, then the first listed. */
function best(candidates: readonly Candidate[], wanted: Platform): Candidate | undefined {
  const known = candidates.filter((candidate) => candidate.platform !== undefined);
  const usual = defaultVariant(wanted.architecture);
  return (
    known.find((candidate) => candidate.platform?.variant === wanted.variant) ??
    known.find((candidate) => candidate.platform?.variant === usual) ??
    known[0]
  );
}

async function readImage(
  store: BlobStore,
  descriptor: Descriptor,
  index: Descriptor | undefined,
  options: SelectOptions,
): Promise<SelectedImage> {
  const limits = options.limits ?? ociLimits;
  const document = await readDocument(store, descriptor, options);
  if (document.kind !== 'manifest')
    throw new HoldfastError('oci-malformed', 'not a manifest', { place: descriptor.digest });
  const { manifest } = document;
  const place = `config ${manifest.config.digest}`;
  const bytes = await readBlob(store, manifest.config, { signal: options.signal, bound: limits.configBytes, place });
  const config = parseConfig(bytes, place, limits);
  requirePlatform(config, options.platform, descriptor.digest);
  if (config.diffIds.length !== manifest.layers.length) {
    throw new HoldfastError(
      'oci-malformed',
      `${manifest.layers.length} layers, but ${config.diffIds.length} diff_ids`,
      { place },
    );
  }
  return {
    identity: {
      ...(index === undefined ? {} : { index: index.digest }),
      manifest: descriptor.digest,
      config: manifest.config.digest,
    },
    manifest,
    config,
  };
}

/** @throws HoldfastError `platform-not-found` */
export function requirePlatform(config: ImageConfig, wanted: Platform | undefined, place: string): void {
  if (wanted === undefined || platformMatches(wanted, config.platform)) return;
  const message = `the image is for ${formatPlatform(config.platform)}, not ${formatPlatform(wanted)}`;
  throw new HoldfastError('platform-not-found', message, { place });
}
