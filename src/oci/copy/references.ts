import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, parseDescriptor } from '../descriptor.ts';
import { type Fields, listOf, parseJsonObject } from '../json.ts';
import { ociLimits } from '../limits.ts';

/** What any manifest names, whatever it is of: nothing here has to be an image. */
export interface References {
  /** Config, layers, and the `blobs` of the older artifact manifest. */
  readonly blobs: readonly Descriptor[];
  /** Children of an index. */
  readonly manifests: readonly Descriptor[];
}

/** @throws HoldfastError `oci-malformed`, `oci-limit`, `digest-malformed` */
export function referencesOf(bytes: Uint8Array, place: string): References {
  const fields = parseJsonObject(bytes, place);
  const config = fields['config'];
  const blobs = [
    ...(config === undefined || config === null ? [] : [parseDescriptor(config, `${place}, config`)]),
    ...many(fields, 'layers', place, ociLimits.layers),
    ...many(fields, 'blobs', place, ociLimits.layers),
  ];
  return { blobs: blobs.filter(isKeptHere), manifests: many(fields, 'manifests', place, ociLimits.manifests) };
}

/** Bytes that their maker lets nobody hand on lie elsewhere (image-spec 1.1, layer.md, "Non-Distributable Layers"). */
function isKeptHere({ mediaType }: Descriptor): boolean {
  return !mediaType.includes('.nondistributable.') && !mediaType.includes('.foreign.');
}

function many(fields: Fields, key: string, place: string, most: number): readonly Descriptor[] {
  const list = listOf(fields, key, place);
  if (list.length > most) throw new HoldfastError('oci-limit', `more than ${most} ${key}`, { place });
  return list.map((value, index) => parseDescriptor(value, `${place}, ${key}[${index}]`));
}
