import { stat } from 'node:fs/promises';
import { HoldfastError } from '../errors/index.ts';
import { openArchive } from './archive.ts';
import { type BlobStore, verified } from './blobs.ts';
import type { Descriptor } from './descriptor.ts';
import { imageInDockerArchive } from './docker-archive.ts';
import { isMissing } from './file.ts';
import type { ImageSource, LayeredSource } from './image.ts';
import { chooseEntry, type Layout } from './layout/read.ts';
import { layoutInArchive } from './oci-archive.ts';
import { openRepository } from './open-repository.ts';
import { formatSource, type SourceReference } from './reference.ts';
import type { RegistryOptions } from './registry/index.ts';
import { type SelectedImage, type SelectOptions, selectImage } from './select.ts';

/** What a content store outside this folder answers for a name: the descriptor it stands for, and its blobs. */
export interface NamedContent extends AsyncDisposable {
  readonly store: BlobStore;
  readonly target: Descriptor;
}

export interface OpenOptions extends SelectOptions, RegistryOptions {
  /** Opens `containerd:REF`; given from outside, because containerd is spoken to by a later part. */
  readonly openContainerd?: (reference: string, signal: AbortSignal) => Promise<NamedContent>;
}

/**
 * Opens a SOURCE: reads its manifest and config, not its layers.
 * @throws HoldfastError `not-found`, `source-unreadable`, `source-ambiguous`, `archive-compressed`, `blob-missing`, `usage`,
 * and what `selectImage` throws
 */
export async function openSource(source: SourceReference, options: OpenOptions): Promise<ImageSource> {
  const place = formatSource(source);
  switch (source.kind) {
    case 'dir':
      await requireDirectory(source.directory);
      return { kind: 'directory', directory: source.directory, [Symbol.asyncDispose]: () => Promise.resolve() };
    case 'oci-archive': {
      const archive = await openArchive(source.file, options.signal);
      return await closingOnFailure(archive, async () => {
        const layout = await layoutInArchive(archive, options.signal);
        const image = await fromLayout(layout, source.reference, place, options);
        return { ...image, [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose]() };
      });
    }
    case 'docker-archive': {
      const archive = await openArchive(source.file, options.signal);
      return await closingOnFailure(archive, () => imageInDockerArchive(archive, source.reference, options));
    }
    case 'containerd':
      return await fromContainerd(source.reference, place, options);
    case 'oci':
    case 'registry': {
      const repository = await openRepository(source, options);
      return await closingOnFailure(repository, async () => {
        const image = await imageFrom(repository, await repository.resolve(source.reference, options.signal), options);
        return { ...image, [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose]() };
      });
    }
    default:
      return source satisfies never;
  }
}

/**
 * What a SOURCE names, with the blobs it is made of: for who takes an image elsewhere as it is. Dispose of it.
 * @throws HoldfastError as `openSource`; `usage`: a directory or docker-archive, which has no manifest to take along
 */
export async function openContent(source: SourceReference, options: OpenOptions): Promise<NamedContent> {
  const place = formatSource(source);
  switch (source.kind) {
    case 'dir':
    case 'docker-archive':
      throw new HoldfastError('usage', 'it has no manifest, so nothing can be said of it by digest', { place });
    case 'oci-archive': {
      const archive = await openArchive(source.file, options.signal);
      return await closingOnFailure(archive, async () => {
        const { store, entries } = await layoutInArchive(archive, options.signal);
        const target = chooseEntry(entries, source.reference, place);
        return { store, target, [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose]() };
      });
    }
    case 'containerd':
      if (options.openContainerd === undefined)
        throw new HoldfastError('usage', 'containerd can not be asked from here', { place });
      return await options.openContainerd(source.reference, options.signal);
    case 'oci':
    case 'registry': {
      const store = await openRepository(source, options);
      return await closingOnFailure(store, async () => {
        const target = await store.resolve(source.reference, options.signal);
        return { store, target, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
      });
    }
    default:
      return source satisfies never;
  }
}

async function fromContainerd(reference: string, place: string, options: OpenOptions): Promise<LayeredSource> {
  if (options.openContainerd === undefined) {
    throw new HoldfastError('usage', 'containerd can not be asked from here', { place });
  }
  const content = await options.openContainerd(reference, options.signal);
  return await closingOnFailure(content, async () => {
    const image = await imageFrom(content.store, content.target, options);
    return { ...image, [Symbol.asyncDispose]: () => content[Symbol.asyncDispose]() };
  });
}

async function closingOnFailure<T>(held: AsyncDisposable, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

async function fromLayout(
  layout: Layout,
  reference: string | undefined,
  place: string,
  options: SelectOptions,
): Promise<LayeredSource> {
  return await imageFrom(layout.store, chooseEntry(layout.entries, reference, place), options);
}

/**
 * The image a descriptor stands for in any store: what `openSource` does once it knows the name's meaning.
 * Disposing of it closes nothing: the store is the caller's.
 * @throws as `selectImage`
 */
export async function imageFrom(store: BlobStore, target: Descriptor, options: SelectOptions): Promise<LayeredSource> {
  return imageOf(store, await selectImage(store, target, options));
}

/** As `imageFrom`, of what was selected already: nothing is asked for again. */
export function imageOf(store: BlobStore, { identity, manifest, config }: SelectedImage): LayeredSource {
  const layers = manifest.layers.map((descriptor, index) => {
    const diffId = config.diffIds[index];
    if (diffId === undefined) throw new HoldfastError('internal', 'fewer diff_ids than layers');
    const place = `layer ${index} ${descriptor.digest}`;
    return {
      digest: descriptor.digest,
      diffId,
      size: descriptor.size,
      place,
      open: (signal: AbortSignal) => verified(store.read(descriptor.digest, signal), descriptor, place),
    };
  });
  return { kind: 'layers', identity, config, layers, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function requireDirectory(directory: string): Promise<void> {
  try {
    if ((await stat(directory)).isDirectory()) return;
  } catch (cause) {
    if (isMissing(cause)) throw new HoldfastError('not-found', 'no such directory', { place: directory, cause });
    throw new HoldfastError('source-unreadable', (cause as Error).message, { place: directory, cause });
  }
  throw new HoldfastError('source-unreadable', 'not a directory', { place: directory });
}
