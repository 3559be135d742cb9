import { HoldfastError } from '../errors/index.ts';
import { type BlobStore, readBlob } from './blobs.ts';
import type { Descriptor } from './descriptor.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import { type Document, parseDocument } from './manifest.ts';

/**
 * The index or manifest that a descriptor names: from a registry as a manifest, from elsewhere as a blob; verified.
 * @throws HoldfastError `oci-malformed`, `oci-limit`, `media-type-unsupported`, `layer-foreign`, `blob-missing`, `not-found`,
 * `blob-size`, `digest-mismatch`
 */
export async function readDocument(
  store: BlobStore,
  descriptor: Descriptor,
  options: { readonly signal: AbortSignal; readonly limits?: OciLimits },
): Promise<Document> {
  const limits = options.limits ?? ociLimits;
  const { signal } = options;
  const bytes =
    store.manifest === undefined
      ? await readBlob(store, descriptor, { signal, bound: limits.manifestBytes, place: descriptor.digest })
      : (await store.manifest(descriptor.digest, signal)).bytes;
  if (bytes.length !== descriptor.size) {
    const message = `${bytes.length} bytes, its descriptor says ${descriptor.size}`;
    throw new HoldfastError('blob-size', message, { place: descriptor.digest });
  }
  return parseDocument(bytes, descriptor.mediaType, descriptor.digest, limits);
}
