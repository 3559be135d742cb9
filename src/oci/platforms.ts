import { HoldfastError } from '../errors/index.ts';
import type { BlobStore } from './blobs.ts';
import type { Descriptor } from './descriptor.ts';
import { readDocument } from './document.ts';
import { ociLimits } from './limits.ts';
import { isIndexType, isManifestType } from './media.ts';

/**
 * The images of an index, nested indexes too, each once in the index's order; a manifest is its own only image. What an
 * index lists beside images (BuildKit's attestations, artifacts) is left out.
 * @throws HoldfastError `oci-malformed`, `oci-limit`, `blob-missing`, `blob-size`, `digest-mismatch`, `media-type-unsupported`
 */
export async function platformManifests(
  store: BlobStore,
  target: Descriptor,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  if (!isIndexType(target.mediaType)) return [target];
  const found = new Map<string, Descriptor>();
  await collect(store, target, 0, found, signal);
  return [...found.values()];
}

async function collect(
  store: BlobStore,
  index: Descriptor,
  depth: number,
  found: Map<string, Descriptor>,
  signal: AbortSignal,
): Promise<void> {
  const place = index.digest;
  if (depth >= ociLimits.indexDepth)
    throw new HoldfastError('oci-limit', `indexes within indexes deeper than ${ociLimits.indexDepth}`, { place });
  const document = await readDocument(store, index, { signal });
  if (document.kind !== 'index') throw new HoldfastError('oci-malformed', 'not an index', { place });
  for (const one of document.manifests) {
    if (one.annotations['vnd.docker.reference.type'] !== undefined || one.platform?.os === 'unknown') continue;
    if (isIndexType(one.mediaType)) await collect(store, one, depth + 1, found, signal);
    else if (isManifestType(one.mediaType)) found.set(one.digest, one);
    if (found.size > ociLimits.manifests)
      throw new HoldfastError('oci-limit', `more than ${ociLimits.manifests} images`, { place });
  }
}
