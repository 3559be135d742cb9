import { HoldfastError } from '../errors/index.ts';
import { type Descriptor, parseDescriptor } from './descriptor.ts';
import { exactFieldsOf, listOf, optionalTextOf, parseJson } from './json.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import { isConfigType, isIndexType, isManifestType, requireLayerType } from './media.ts';

/** A platform manifest: one config, layers from the base up. */
export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export type Document =
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }
  | { readonly kind: 'manifest'; readonly manifest: Manifest };

/**
 * An index or a manifest, in OCI's or Docker's form. `mediaType` is what the descriptor said; a document that says
 * otherwise of itself, or that could be read as both, is refused (image-spec 1.1, manifest.md, "mediaType").
 * @throws HoldfastError `oci-malformed`, `oci-limit`, `media-type-unsupported`, `layer-foreign`, `digest-malformed`
 */
export function parseDocument(
  bytes: Uint8Array,
  mediaType: string,
  place: string,
  limits: OciLimits = ociLimits,
): Document {
  const fields = exactFieldsOf(parseJson(bytes, place, limits.jsonDepth), place);
  const own = optionalTextOf(fields, 'mediaType', place);
  if (own !== undefined && own !== mediaType) {
    throw new HoldfastError(
      'oci-malformed',
      `the descriptor says ${mediaType.slice(0, 100)}, the document ${own.slice(0, 100)}`,
      { place },
    );
  }
  if (fields['manifests'] !== undefined && fields['layers'] !== undefined) {
    throw new HoldfastError('oci-malformed', 'both an index and a manifest', { place });
  }
  if (isIndexType(mediaType))
    return { kind: 'index', manifests: descriptors(fields, 'manifests', place, limits.manifests) };
  if (!isManifestType(mediaType)) {
    throw new HoldfastError('media-type-unsupported', `neither an index nor a manifest: ${mediaType.slice(0, 100)}`, {
      place,
    });
  }
  const config = parseDescriptor(fields['config'], `${place}, config`);
  if (!isConfigType(config.mediaType)) {
    throw new HoldfastError('media-type-unsupported', `not an image, but ${config.mediaType.slice(0, 100)}`, { place });
  }
  const layers = descriptors(fields, 'layers', place, limits.layers);
  for (const [index, layer] of layers.entries()) requireLayerType(layer.mediaType, `${place}, layer ${index}`);
  return { kind: 'manifest', manifest: { config, layers } };
}

/** What registries take (distribution-spec 1.1, "Pushing Manifests"). @throws HoldfastError `oci-limit` */
export function requireManifestSize(bytes: Uint8Array, place: string): void {
  if (bytes.length <= ociLimits.manifestBytes) return;
  throw new HoldfastError('oci-limit', `${bytes.length} bytes, more than ${ociLimits.manifestBytes}`, { place });
}

/** @throws HoldfastError `oci-malformed`, `oci-limit`, `digest-malformed` */
export function descriptors(
  fields: Readonly<Record<string, unknown>>,
  key: string,
  place: string,
  limit: number,
): readonly Descriptor[] {
  const list = listOf(fields, key, place);
  if (list.length > limit) throw new HoldfastError('oci-limit', `more than ${limit} ${key}`, { place });
  return list.map((value, index) => parseDescriptor(value, `${place}, ${key}[${index}]`));
}
