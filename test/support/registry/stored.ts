import { createHash } from 'node:crypto';
import { type Digest, digestOf } from '../../../src/oci/index.ts';

export interface StoredDocument {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** One repository of the test registry. */
export interface StoredRepository {
  readonly blobs: Map<Digest, Buffer>;
  readonly manifests: Map<Digest, StoredDocument>;
  readonly tags: Map<string, Digest>;
  readonly uploads: Map<string, Buffer>;
}

export function storedRepositories(): (name: string) => StoredRepository {
  const repositories = new Map<string, StoredRepository>();
  return (name) => {
    const known = repositories.get(name);
    if (known !== undefined) return known;
    const made = { blobs: new Map(), manifests: new Map(), tags: new Map(), uploads: new Map() };
    repositories.set(name, made);
    return made;
  };
}

export function findManifest(
  repository: StoredRepository,
  reference: string,
): (StoredDocument & { readonly digest: Digest }) | undefined {
  const digest = reference.startsWith('sha256:') ? (reference as Digest) : repository.tags.get(reference);
  const found = digest === undefined ? undefined : repository.manifests.get(digest);
  return found === undefined || digest === undefined ? undefined : { ...found, digest };
}

export function storeManifest(repository: StoredRepository, reference: string, document: StoredDocument): Digest {
  const digest = digestOf(document.bytes);
  repository.manifests.set(digest, document);
  if (!reference.startsWith('sha256:')) repository.tags.set(reference, digest);
  return digest;
}

interface Written {
  readonly artifactType?: string;
  readonly config?: { readonly mediaType?: string };
  readonly subject?: { readonly digest?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export function subjectOf(bytes: Buffer): string | undefined {
  return (JSON.parse(bytes.toString('utf8')) as Written).subject?.digest;
}

/** What the referrers API lists (distribution-spec 1.1, "Listing Referrers"). */
export function referrersOf(repository: StoredRepository, subject: string): readonly unknown[] {
  return [...repository.manifests].flatMap(([digest, { bytes, mediaType }]) => {
    const written = JSON.parse(bytes.toString('utf8')) as Written;
    if (written.subject?.digest !== subject) return [];
    const artifactType = written.artifactType ?? written.config?.mediaType;
    return [{ mediaType, digest, size: bytes.length, artifactType, annotations: written.annotations }];
  });
}

export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
}
