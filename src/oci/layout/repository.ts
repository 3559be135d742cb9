import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import { type BlobStore, type Expected, readBlob } from '../blobs.ts';
import { openContent } from '../content.ts';
import type { Descriptor } from '../descriptor.ts';
import { type Digest, digestOf, hexOf, isDigest } from '../digest.ts';
import { isMissing, readSmallFile } from '../file.ts';
import { listOf, optionalTextOf, parseJsonObject } from '../json.ts';
import { ociLimits } from '../limits.ts';
import { requireManifestSize } from '../manifest.ts';
import { isIndexType } from '../media.ts';
import { factsOf, fallbackTag, isAttachmentTag, ofType, withReferrers } from '../referrer-list.ts';
import type { BlobContent, NewManifest, Referrer, Repository, StoredManifest } from '../repository.ts';
import { asUnwritable, writeAtomically } from './files.ts';
import { changeIndex } from './index-file.ts';
import { locked } from './lock.ts';
import { chooseEntry, openLayout } from './read.ts';
import { layoutReferrers } from './referrers.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const refName = 'org.opencontainers.image.ref.name';

export interface LayoutOptions {
  /** Make the layout where there is none yet. */
  readonly create?: boolean;
}

/**
 * An OCI layout on disk as a repository: its tags are the names of its entries. `index.json` is read anew each time, so that
 * what others write is seen.
 * @throws HoldfastError `not-found`, `source-unreadable`, `oci-malformed`, `oci-limit`
 */
export async function openLayoutRepository(
  directory: string,
  signal: AbortSignal,
  options: LayoutOptions = {},
): Promise<Repository> {
  if (options.create === true) await createLayout(directory, signal);
  const { store } = await openLayout(directory, signal);
  const name = `oci:${directory}`;
  const entriesNow = async (reading: AbortSignal) => (await openLayout(directory, reading)).entries;

  async function manifest(reference: string | undefined, reading: AbortSignal): Promise<StoredManifest> {
    const entries = await entriesNow(reading);
    const entry = isDigest(reference ?? '')
      ? (entries.find((one) => one.digest === reference) ?? (await unlisted(store, reference as Digest, name, reading)))
      : chooseEntry(reference === undefined ? await images(store, entries, reading) : entries, reference, name);
    const bytes = await readBlob(store, entry, {
      signal: reading,
      bound: ociLimits.manifestBytes,
      place: entry.digest,
    });
    return { descriptor: entry, bytes };
  }

  async function pushBlob(blob: Expected, content: BlobContent, writing: AbortSignal): Promise<'pushed' | 'present'> {
    if ((await store.size(blob.digest, writing)) === blob.size) return 'present';
    const place = `${name}, blob ${blob.digest}`;
    await writeAtomically(directory, blobPath(blob.digest), openContent(content, blob, place, writing));
    return 'pushed';
  }

  async function pushManifest({ bytes, mediaType, tag }: NewManifest, writing: AbortSignal): Promise<Descriptor> {
    const digest = digestOf(bytes);
    requireManifestSize(bytes, name);
    const add = { mediaType, digest, size: bytes.length, annotations: {} };
    const { subject, ...facts } = factsOf(bytes, `${name}, ${digest}`);
    await pushBlob(add, bytes, writing);
    if (subject !== undefined) await attach(subject, { ...add, ...facts, via: 'tag' }, writing);
    if (subject === undefined || tag !== undefined) {
      const covers = isIndexType(mediaType) ? { covers: childrenOf(bytes, digest) } : {};
      await changeIndex(directory, { add, ...(tag === undefined ? {} : { tag }), ...covers }, writing);
    }
    return add;
  }

  async function attach(subject: Digest, referrer: Referrer, writing: AbortSignal): Promise<void> {
    const tag = fallbackTag(subject);
    await locked(join(directory, tag), writing, async () => {
      const entries = await entriesNow(writing);
      const entry = entries.find((one) => one.annotations[refName] === tag && isIndexType(one.mediaType));
      const bound = { signal: writing, bound: ociLimits.manifestBytes, place: tag };
      const bytes = withReferrers(entry && (await readBlob(store, entry, bound)), [referrer], `${name}, ${tag}`);
      if (bytes === undefined) return;
      const add = { mediaType: indexType, digest: digestOf(bytes), size: bytes.length, annotations: {} };
      await pushBlob(add, bytes, writing);
      await changeIndex(directory, { add, tag }, writing);
    });
  }

  return {
    ...store,
    name,
    manifest,
    pushBlob,
    pushManifest,
    resolve: async (reference, reading) => (await manifest(reference, reading)).descriptor,
    async referrers(subject, reading, filter) {
      return ofType(await layoutReferrers(store, await entriesNow(reading), subject, reading), filter?.artifactType);
    },
    async tags(reading) {
      const names = (await entriesNow(reading)).map((entry) => entry.annotations[refName]);
      return [...new Set(names.filter((one) => one !== undefined))].sort();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function blobPath(digest: Digest): string {
  return join('blobs', 'sha256', hexOf(digest));
}

async function createLayout(directory: string, signal: AbortSignal): Promise<void> {
  try {
    await stat(join(directory, 'oci-layout'));
    return;
  } catch (error) {
    if (!isMissing(error)) throw asUnwritable(error, directory);
  }
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true }).catch((error: unknown) => {
    throw asUnwritable(error, directory);
  });
  await locked(join(directory, 'index.json'), signal, async () => {
    const index = await readSmallFile(join(directory, 'index.json'), ociLimits.manifestBytes, signal).catch(
      (error: unknown) => {
        if (error instanceof HoldfastError && error.code === 'not-found') return undefined;
        throw error;
      },
    );
    const empty = { schemaVersion: 2, mediaType: indexType, manifests: [] };
    if (index === undefined) await writeAtomically(directory, 'index.json', [Buffer.from(JSON.stringify(empty))]);
    // Last: only with it is the folder a layout.
    await writeAtomically(directory, 'oci-layout', [Buffer.from('{"imageLayoutVersion":"1.0.0"}')]);
  });
}

/** A manifest that is reached through an index only, or is nobody's: its media type is its own word. */
async function unlisted(store: BlobStore, digest: Digest, place: string, signal: AbortSignal): Promise<Descriptor> {
  const size = await store.size(digest, signal);
  if (size === undefined) throw new HoldfastError('not-found', `no ${digest} in it`, { place });
  const bytes = await readBlob(store, { digest, size }, { signal, bound: ociLimits.manifestBytes, place: digest });
  const fields = parseJsonObject(bytes, digest);
  const guessed = fields['manifests'] === undefined ? manifestType : indexType;
  return { mediaType: optionalTextOf(fields, 'mediaType', digest) ?? guessed, digest, size, annotations: {} };
}

/** The entries that are images: what is attached to one is no image of its own. */
async function images(
  store: BlobStore,
  entries: readonly Descriptor[],
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const named = entries.filter((entry) => !isAttachmentTag(entry.annotations[refName] ?? ''));
  if (new Set(named.map((entry) => entry.digest)).size < 2) return named;
  const found: Descriptor[] = [];
  for (const entry of named) {
    const bytes = await readBlob(store, entry, { signal, bound: ociLimits.manifestBytes, place: entry.digest });
    if (factsOf(bytes, entry.digest).subject === undefined) found.push(entry);
  }
  return found;
}

function childrenOf(index: Uint8Array, place: string): ReadonlySet<Digest> {
  const children = listOf(parseJsonObject(index, place), 'manifests', place);
  return new Set(
    children
      .map((value) => (value as { readonly digest?: Digest } | null)?.digest)
      .filter((digest) => digest !== undefined),
  );
}
