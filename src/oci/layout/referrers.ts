import { HoldfastError } from '../../errors/index.ts';
import { type BlobStore, readBlob } from '../blobs.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { parseJsonObject } from '../json.ts';
import { ociLimits } from '../limits.ts';
import { descriptors } from '../manifest.ts';
import { isIndexType, isManifestType } from '../media.ts';
import { factsOf, fallbackTag, isAttachmentTag, mergeReferrers, parseReferrers } from '../referrer-list.ts';
import type { Referrer } from '../repository.ts';

/** Manifests looked into for one question, and their bytes together. */
const mostManifests = 4096;
const mostBytes = 64 << 20;
const refName = 'org.opencontainers.image.ref.name';

/**
 * What is attached to a digest in a layout. The image-layout specification is silent; regctl keeps an index under the
 * fallback tag, oras lists every manifest, and a `subject` says to what it belongs. Both are read.
 * @throws HoldfastError `oci-limit`, `oci-malformed`, `blob-missing`, `digest-mismatch`
 */
export async function layoutReferrers(
  store: BlobStore,
  entries: readonly Descriptor[],
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Referrer[]> {
  const tag = fallbackTag(subject);
  const listed: Referrer[] = [];
  const found: Referrer[] = [];
  const seen = new Set<Digest>();
  let bytesRead = 0;

  async function look(entry: Descriptor, depth: number): Promise<void> {
    if (seen.has(entry.digest) || !(isIndexType(entry.mediaType) || isManifestType(entry.mediaType))) return;
    seen.add(entry.digest);
    bytesRead += entry.size;
    if (seen.size > mostManifests || bytesRead > mostBytes) {
      throw new HoldfastError('oci-limit', `more than ${mostManifests} manifests`, { place: tag });
    }
    // A layout may hold one platform of an index, or the referrer of an image that is elsewhere.
    if ((await store.size(entry.digest, signal)) === undefined) return;
    const bytes = await readBlob(store, entry, { signal, bound: ociLimits.manifestBytes, place: entry.digest });
    const { subject: of, ...facts } = factsOf(bytes, entry.digest);
    const { mediaType, digest, size } = entry;
    if (of === subject) found.push({ mediaType, digest, size, ...facts, via: 'layout' });
    if (!isIndexType(mediaType) || depth >= ociLimits.indexDepth) return;
    const children = descriptors(parseJsonObject(bytes, digest), 'manifests', digest, ociLimits.manifests);
    for (const child of children) await look(child, depth + 1);
  }

  for (const entry of entries) {
    const name = entry.annotations[refName];
    if (name === tag && isIndexType(entry.mediaType) && entry.digest !== subject) {
      const bytes = await readBlob(store, entry, { signal, bound: ociLimits.manifestBytes, place: tag });
      listed.push(...parseReferrers(bytes, 'tag', tag, ociLimits.manifests));
    } else if (name === undefined || !isAttachmentTag(name)) await look(entry, 0);
  }
  return mergeReferrers(found, listed);
}
