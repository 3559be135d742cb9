import { HoldfastError } from '../../errors/index.ts';
import type { Expected } from '../blobs.ts';
import { type Digest, digestOf, isDigest } from '../digest.ts';
import { requireManifestSize } from '../manifest.ts';
import { factsOf, ofType } from '../referrer-list.ts';
import type { BlobContent, NewManifest, Referrer, Repository, StoredManifest } from '../repository.ts';
import { discard, headerOf, placeOf, refusal } from './answer.ts';
import { type Connection, openConnection, type RegistryOptions } from './connection.ts';
import { type BlobAddress, blobSize, readRegistryBlob } from './download.ts';
import { openFallbackWriter } from './fallback-writer.ts';
import { fetchManifest } from './manifests.ts';
import { manifestMemory } from './memory.ts';
import { isRepositoryName, isTag, type RegistryName } from './name.ts';
import { apiReferrers, listReferrers } from './referrers.ts';
import { listTags } from './tag-list.ts';
import { uploadBlob } from './uploads.ts';

/** A repository with a connection of its own, which ends with it. */
export function openRegistryRepository(
  name: Pick<RegistryName, 'host' | 'repository'>,
  options: RegistryOptions,
): Repository {
  const connection = openConnection(name.host, options);
  return {
    ...repositoryOf(connection, name.repository),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** One repository of a registry (OCI distribution-spec 1.1). Disposing of it leaves the connection open. */
export function repositoryOf(connection: Connection, repository: string): Repository {
  const { limits } = connection;
  requireName(repository);
  const name = `${connection.host}/${repository}`;
  const pull: BlobAddress = { connection, repository, scopes: [`repository:${repository}:pull`] };
  const push: BlobAddress = { connection, repository, scopes: [`repository:${repository}:pull,push`] };
  const memory = manifestMemory();
  const fallback = openFallbackWriter(push);

  async function manifest(reference: string, signal: AbortSignal): Promise<StoredManifest> {
    const known = memory.get(reference);
    if (known !== undefined) return known;
    requireReference(reference);
    const received = await fetchManifest(pull, reference, signal);
    if (received === undefined) {
      throw new HoldfastError('not-found', `no ${reference.slice(0, 140)} in it`, { place: name });
    }
    const { descriptor, bytes } = received;
    memory.put({ descriptor, bytes });
    return { descriptor, bytes };
  }

  /** Whether `referrers` would find it without the fallback tag: some say `OCI-Subject` and list nothing (ECR). */
  async function isListed(subject: Digest, digest: Digest, signal: AbortSignal): Promise<boolean> {
    const listed = await apiReferrers(push, subject, signal);
    return listed?.some((one) => one.digest === digest) ?? false;
  }

  async function pushManifest(pushed: NewManifest, signal: AbortSignal): Promise<StoredManifest['descriptor']> {
    const { bytes, mediaType, tag } = pushed;
    if (tag !== undefined) requireReference(tag);
    const digest = digestOf(bytes);
    requireManifestSize(bytes, name);
    const { subject, ...facts } = factsOf(bytes, `${name}@${digest}`);
    const answer = await connection.ask({
      method: 'PUT',
      target: `/v2/${repository}/manifests/${tag ?? digest}`,
      headers: { 'content-type': mediaType },
      body: bytes,
      scopes: push.scopes,
      repeatable: true,
      signal,
    });
    if (answer.status !== 201) throw await refusal(answer, limits, signal);
    discard(answer);
    const announced = headerOf(answer, 'docker-content-digest');
    if (announced !== undefined && announced !== digest) {
      const message = `stored ${announced.slice(0, 80)}, was sent ${digest}`;
      throw new HoldfastError('digest-mismatch', message, { place: placeOf(answer.url) });
    }
    const descriptor = { mediaType, digest, size: bytes.length, annotations: {} };
    if (subject !== undefined && !(await isListed(subject, digest, signal))) {
      await fallback.add(subject, { ...descriptor, ...facts, via: 'tag' }, signal);
    }
    return descriptor;
  }

  return {
    name,
    manifest,
    resolve: async (reference, signal) => (await manifest(reference ?? 'latest', signal)).descriptor,
    size: (digest, signal) => blobSize(pull, digest, signal),
    read: (digest, signal) => readRegistryBlob(pull, digest, signal),
    tags: (signal) => listTags(pull, signal),
    async referrers(subject, signal, options): Promise<readonly Referrer[]> {
      return ofType(await listReferrers(pull, subject, signal), options?.artifactType);
    },
    async pushBlob(blob: Expected, content: BlobContent, signal, options) {
      if (options?.mountFrom !== undefined) requireName(options.mountFrom);
      const there = await blobSize(push, blob.digest, signal);
      if (there === blob.size) return 'present';
      return await uploadBlob(push, blob, content, signal, options?.mountFrom);
    },
    pushManifest,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Names become parts of addresses and of what a token allows: none may lead out of its place. */
function requireName(repository: string): void {
  if (isRepositoryName(repository)) return;
  throw new HoldfastError('source-malformed', `not a repository name: ${JSON.stringify(repository.slice(0, 100))}`);
}

function requireReference(reference: string): void {
  if (isDigest(reference) || isTag(reference)) return;
  throw new HoldfastError('source-malformed', `neither a tag nor a digest: ${JSON.stringify(reference.slice(0, 100))}`);
}
