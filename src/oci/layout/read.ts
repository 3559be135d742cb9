import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import type { BlobStore } from '../blobs.ts';
import type { Descriptor } from '../descriptor.ts';
import { type Digest, hexOf } from '../digest.ts';
import { openRegular, readRange, readSmallFile } from '../file.ts';
import { parseJsonObject } from '../json.ts';
import { ociLimits } from '../limits.ts';
import { descriptors } from '../manifest.ts';

/** Annotations that name an image in a layout: image-spec's own, and the full name containerd writes. */
const nameAnnotations = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'] as const;

/** An image layout (image-spec 1.1, image-layout.md): its blobs, and the descriptors its `index.json` lists. */
export interface Layout {
  readonly store: BlobStore;
  readonly entries: readonly Descriptor[];
}

/** `index.json` is a table of contents and no image index, though it has the same form. @throws HoldfastError `oci-malformed`, `oci-limit` */
export function parseLayoutIndex(bytes: Uint8Array, place: string): readonly Descriptor[] {
  return descriptors(parseJsonObject(bytes, place), 'manifests', place, ociLimits.manifests);
}

/** @throws HoldfastError `oci-malformed` */
export function requireLayoutVersion(bytes: Uint8Array, place: string): void {
  const version = parseJsonObject(bytes, place)['imageLayoutVersion'];
  if (version !== '1.0.0') throw new HoldfastError('oci-malformed', 'imageLayoutVersion is not 1.0.0', { place });
}

/** @throws HoldfastError `not-found`, `source-unreadable`, `oci-malformed`, `oci-limit` */
export async function openLayout(directory: string, signal: AbortSignal): Promise<Layout> {
  const marker = join(directory, 'oci-layout');
  requireLayoutVersion(await readSmallFile(marker, ociLimits.manifestBytes, signal), marker);
  const index = join(directory, 'index.json');
  return {
    store: directoryStore(directory),
    entries: parseLayoutIndex(await readSmallFile(index, ociLimits.manifestBytes, signal), index),
  };
}

function directoryStore(directory: string): BlobStore {
  const pathOf = (digest: Digest): string => join(directory, 'blobs', 'sha256', hexOf(digest));
  const openBlob = async (digest: Digest): ReturnType<typeof openRegular> => {
    try {
      return await openRegular(pathOf(digest));
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'not-found') throw missingBlob(digest, directory);
      throw error;
    }
  };
  return {
    async size(digest) {
      try {
        const { handle, size } = await openRegular(pathOf(digest));
        await handle.close();
        return size;
      } catch (error) {
        if (error instanceof HoldfastError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    async *read(digest, signal) {
      const { handle, size } = await openBlob(digest);
      try {
        yield* readRange(handle, 0, size, signal);
      } finally {
        await handle.close();
      }
    },
  };
}

export function missingBlob(digest: Digest, place: string): HoldfastError {
  return new HoldfastError('blob-missing', `${digest} is not there`, { place });
}

function namesOf(entry: Descriptor): readonly string[] {
  return nameAnnotations.flatMap((key) => (entry.annotations[key] === undefined ? [] : [entry.annotations[key]]));
}

/**
 * The one image a reference means: a name given by annotation or a digest; without one, the only image there is.
 * @throws HoldfastError `not-found`, `source-ambiguous`
 */
export function chooseEntry(entries: readonly Descriptor[], reference: string | undefined, place: string): Descriptor {
  const found = entries.filter(
    (entry) => reference === undefined || entry.digest === reference || namesOf(entry).includes(reference),
  );
  const distinct = [...new Map(found.map((entry) => [entry.digest, entry])).values()];
  const [first] = distinct;
  if (first === undefined) {
    const what =
      reference === undefined
        ? 'the layout lists no image'
        : `no image is named ${JSON.stringify(reference.slice(0, 200))}`;
    throw new HoldfastError('not-found', what, { place });
  }
  if (distinct.length > 1) {
    const names = distinct.map((entry) => namesOf(entry)[0] ?? entry.digest).slice(0, 10);
    throw new HoldfastError('source-ambiguous', `${distinct.length} images: ${names.join(', ')}`, { place });
  }
  return first;
}
