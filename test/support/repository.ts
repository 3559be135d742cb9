import { type Digest, digestOf, type Expected, type Repository } from '../../src/oci/index.ts';
import type { TestImage } from './image.ts';

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const emptyConfig = Buffer.from('{}');

export function blobOf(bytes: Uint8Array): Expected {
  return { digest: digestOf(bytes), size: bytes.length };
}

type Subject = { readonly mediaType: string; readonly digest: Digest; readonly size: number };

/** A manifest as evidence has it: an empty config, one layer, a subject. */
export function artifactOf(subject: Subject | undefined, artifactType: string, layer: Expected): Buffer {
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...blobOf(emptyConfig) };
  const of = subject && { mediaType: subject.mediaType, digest: subject.digest, size: subject.size };
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType,
      config,
      layers: [{ mediaType: artifactType, ...layer }],
      ...(of === undefined ? {} : { subject: of }),
      annotations: { 'org.example.artifact': artifactType },
    }),
  );
}

export interface PushedArtifact extends Subject {
  readonly bytes: Buffer;
}

const never = new AbortController().signal;

/** Attaches a blob of text to a manifest, as evidence is attached. */
export async function pushArtifact(
  repository: Repository,
  subject: Subject,
  artifactType: string,
  text: string,
  signal: AbortSignal = never,
): Promise<PushedArtifact> {
  const layer = Buffer.from(text);
  await repository.pushBlob(blobOf(emptyConfig), emptyConfig, signal);
  await repository.pushBlob(blobOf(layer), layer, signal);
  const bytes = artifactOf(subject, artifactType, blobOf(layer));
  const { digest, size } = await repository.pushManifest({ bytes, mediaType: manifestType }, signal);
  return { mediaType: manifestType, digest, size, bytes };
}

/** Pushes an image with all its blobs under a tag. */
export async function pushImage(
  repository: Repository,
  image: TestImage,
  tag: string,
  signal: AbortSignal = never,
): Promise<Subject> {
  const [root] = image.entries;
  if (root === undefined) throw new Error('the test image lists nothing');
  const manifests = new Set<Digest>();
  for (const [digest, bytes] of image.blobs) {
    if (isManifest(bytes)) manifests.add(digest);
    else await repository.pushBlob({ digest, size: bytes.length }, bytes, signal);
  }
  for (const digest of manifests) {
    if (digest === root.digest) continue;
    const bytes = image.blobs.get(digest) ?? new Uint8Array(0);
    await repository.pushManifest({ bytes, mediaType: manifestType }, signal);
  }
  const bytes = image.blobs.get(root.digest) ?? new Uint8Array(0);
  return await repository.pushManifest({ bytes, mediaType: root.mediaType, tag }, signal);
}

function isManifest(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 20)).toString('latin1').startsWith('{"schemaVersion":2');
}
