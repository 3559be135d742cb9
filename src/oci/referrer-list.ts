import { HoldfastError } from '../errors/index.ts';
import { parseDescriptor } from './descriptor.ts';
import { type Digest, hexOf } from './digest.ts';
import {
  exactFieldsOf,
  type Fields,
  fieldsOf,
  listOf,
  optionalTextOf,
  parseJson,
  parseJsonObject,
  textMapOf,
} from './json.ts';
import { ociLimits } from './limits.ts';
import type { Referrer } from './repository.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const emptyType = 'application/vnd.oci.empty.v1+json';

/** Where manifests attached to a digest are listed without the API (distribution-spec 1.1, "Referrers Tag Schema"). */
export function fallbackTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

/** Tags that hold no image of their own: the fallback tag, and cosign's `.sig`, `.att`, `.sbom`. */
export function isAttachmentTag(tag: string): boolean {
  return /^sha256-[0-9a-f]{64}(?:\.[A-Za-z0-9_.-]+)?$/.test(tag);
}

/** @throws HoldfastError `oci-malformed`, `oci-limit`, `digest-malformed` */
export function parseReferrers(
  bytes: Uint8Array,
  via: Referrer['via'],
  place: string,
  most: number,
): readonly Referrer[] {
  const list = listOf(parseJsonObject(bytes, place), 'manifests', place);
  if (list.length > most) throw new HoldfastError('oci-limit', `more than ${most} manifests`, { place });
  return list.map((value, index) => referrerIn(value, via, `${place}, manifests[${index}]`));
}

export function referrerIn(value: unknown, via: Referrer['via'], place: string): Referrer {
  const descriptor = parseDescriptor(value, place);
  const artifactType = optionalTextOf(fieldsOf(value, place), 'artifactType', place);
  return { ...descriptor, ...(artifactType === undefined ? {} : { artifactType }), via };
}

/** Each digest once; what the first says of it counts, what it leaves out is taken from the next. */
export function mergeReferrers(...lists: readonly (readonly Referrer[])[]): readonly Referrer[] {
  const merged = new Map<Digest, Referrer>();
  for (const referrer of lists.flat()) {
    const known = merged.get(referrer.digest);
    if (known === undefined) merged.set(referrer.digest, referrer);
    else
      merged.set(known.digest, {
        ...referrer,
        ...known,
        annotations: { ...referrer.annotations, ...known.annotations },
      });
  }
  return [...merged.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/**
 * Without those that say they are of another type. A registry that takes the type from an empty config (go-containerregistry)
 * has said nothing.
 */
export function ofType(referrers: readonly Referrer[], artifactType: string | undefined): readonly Referrer[] {
  if (artifactType === undefined) return referrers;
  return referrers.filter((one) => [artifactType, emptyType, undefined].includes(one.artifactType));
}

/** What a manifest says of itself that matters to where it is listed. */
export interface ManifestFacts {
  readonly subject?: Digest;
  /** How a referrers list shows it: artifactType, else its config's media type (distribution-spec 1.1, "Listing Referrers"). */
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @throws HoldfastError `oci-malformed`, `oci-limit`, `digest-malformed` */
export function factsOf(bytes: Uint8Array, place: string): ManifestFacts {
  const fields = exactFieldsOf(parseJson(bytes, place), place);
  const subject = present(fields, 'subject')
    ? parseDescriptor(fields['subject'], `${place}, subject`).digest
    : undefined;
  const config = present(fields, 'config') ? fieldsOf(fields['config'], `${place}, config`) : {};
  const artifactType =
    optionalTextOf(fields, 'artifactType', place) ?? optionalTextOf(config, 'mediaType', `${place}, config`);
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(artifactType === undefined ? {} : { artifactType }),
    annotations: textMapOf(fields, 'annotations', place),
  };
}

function present(fields: Fields, key: string): boolean {
  return fields[key] !== undefined && fields[key] !== null;
}

/**
 * The index behind a fallback tag with more manifests in it; what others wrote stays as they wrote it. undefined = all are in it.
 * @throws HoldfastError `oci-malformed`, `oci-limit`
 */
export function withReferrers(
  index: Uint8Array | undefined,
  added: readonly Referrer[],
  place: string,
): Uint8Array | undefined {
  const fields: Fields =
    index === undefined ? { schemaVersion: 2, mediaType: indexType } : parseJsonObject(index, place);
  const known = index === undefined ? [] : parseReferrers(index, 'tag', place, ociLimits.manifests);
  const there = new Set(known.map((one) => one.digest));
  const fresh = added.filter((one) => !there.has(one.digest));
  if (fresh.length === 0) return undefined;
  const entries = fresh.map(({ mediaType, digest, size, artifactType, annotations }) => ({
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }));
  const manifests = [...listOf(fields, 'manifests', place), ...entries];
  const bytes = Buffer.from(JSON.stringify({ ...fields, manifests }));
  if (manifests.length > ociLimits.manifests || bytes.length > ociLimits.manifestBytes) {
    throw new HoldfastError('oci-limit', `the list of ${manifests.length} attached manifests is full`, { place });
  }
  return bytes;
}
