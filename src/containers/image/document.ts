import { HoldfastError } from '../../errors/index.ts';
import {
  type BlobStore,
  type Descriptor,
  type Digest,
  ociLimits,
  parseConfig,
  parseDocument,
  readBlob,
} from '../../oci/index.ts';

/** What a bare digest stands for. */
export type ImageDocument =
  | { readonly kind: 'index'; readonly descriptor: Descriptor }
  | { readonly kind: 'manifest'; readonly descriptor: Descriptor; readonly config: Digest }
  | { readonly kind: 'config'; readonly diffIds: readonly Digest[] };

/**
 * Reads a digest without a descriptor: its own fields must say what it is. Verified by its digest.
 * Undefined = not there.
 * @throws HoldfastError `oci-malformed` where it is none of the three, `oci-limit`, `digest-mismatch`, and what the store throws
 */
export async function readImageDocument(
  store: BlobStore,
  digest: Digest,
  signal: AbortSignal,
): Promise<ImageDocument | undefined> {
  const size = await store.size(digest, signal);
  if (size === undefined) return undefined;
  const bytes = await readBlob(store, { digest, size }, { signal, bound: ociLimits.manifestBytes, place: digest });
  const fields = fieldsOf(bytes);
  if (fields['rootfs'] !== undefined) return { kind: 'config', diffIds: parseConfig(bytes, digest).diffIds };
  const kind = fields['manifests'] === undefined ? 'manifest' : 'index';
  const own = fields['mediaType'];
  const mediaType = typeof own === 'string' ? own : `application/vnd.oci.image.${kind}.v1+json`;
  const document = parseDocument(bytes, mediaType, digest);
  const descriptor = { mediaType, digest, size, annotations: {} };
  return document.kind === 'index'
    ? { kind: 'index', descriptor }
    : { kind: 'manifest', descriptor, config: document.manifest.config.digest };
}

function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new HoldfastError('oci-malformed', 'not a JSON object');
}
