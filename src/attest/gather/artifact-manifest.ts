import { type Descriptor, type Digest, digestOf, parseDescriptor } from '../../oci/index.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';

/** A manifest that holds evidence rather than an image (image-spec 1.1, manifest.md, "Guidelines for Artifact Usage"). */
export interface ArtifactManifest {
  /** What it is attached to; cosign's tags have none, their name says it. */
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly layers: readonly Descriptor[];
}

const mostLayers = 256;

/** @throws HoldfastError `oci-malformed`, `digest-malformed` */
export function parseArtifactManifest(bytes: Uint8Array, place: string): ArtifactManifest {
  const fields = fieldsOf(parseStrictJson(bytes, 'oci-malformed', place), 'oci-malformed', place);
  const artifactType = fields.optionalText('artifactType');
  const layers = fields.has('layers') ? fields.value('layers') : [];
  if (!Array.isArray(layers) || layers.length > mostLayers)
    throw fields.refuse(`no list of at most ${mostLayers} layers`);
  return {
    ...(fields.has('subject') ? { subject: parseDescriptor(fields.value('subject'), `${place}, subject`).digest } : {}),
    ...(artifactType === undefined ? {} : { artifactType }),
    layers: layers.map((layer, index) => parseDescriptor(layer, `${place}, layer ${index}`)),
  };
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** The config of a manifest that needs none (image-spec 1.1, manifest.md, "Guidance for an Empty Descriptor"). */
export const emptyBlob = Buffer.from('{}');
const emptyConfig = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOf(emptyBlob),
  size: emptyBlob.length,
};

export interface NewArtifact {
  readonly subject: Descriptor;
  readonly artifactType: string;
  readonly layer: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One layer of its own type, attached to its subject: as cosign writes what it signs. */
export function artifactManifest({ subject, artifactType, layer, annotations }: NewArtifact): Buffer {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: emptyConfig,
    layers: [{ mediaType: artifactType, digest: digestOf(layer), size: layer.length }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations,
  };
  return Buffer.from(JSON.stringify(manifest));
}
