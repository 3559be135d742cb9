import { type ImageContents, type ReadOptions, readContents } from '../../src/contents/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { type BlobStore, imageFrom, type OpenOptions } from '../../src/oci/index.ts';
import type { TestImage } from './image.ts';
import type { TestEntry } from './tar.ts';

/** An image's blobs from memory, given out in chunks of a chosen size. */
export function memoryStore(image: TestImage, chunk = 1 << 16): BlobStore {
  return {
    size: (digest) => Promise.resolve(image.blobs.get(digest)?.length),
    async *read(digest, signal) {
      const bytes = image.blobs.get(digest);
      if (bytes === undefined) throw new HoldfastError('blob-missing', 'not in the test image', { place: digest });
      for (let at = 0; at < bytes.length; at += chunk) {
        signal.throwIfAborted();
        yield bytes.subarray(at, at + chunk);
      }
    },
  };
}

export interface ReadImageOptions extends Partial<ReadOptions> {
  readonly chunk?: number;
  readonly open?: Partial<OpenOptions>;
}

/** Reads a test image as the commands do, without touching the disk. */
export async function readImage(image: TestImage, options: ReadImageOptions = {}): Promise<ImageContents> {
  const signal = options.signal ?? new AbortController().signal;
  const [target] = image.entries;
  if (target === undefined) throw new Error('the test image lists nothing');
  const descriptor = { ...target, annotations: target.annotations ?? {} };
  const { platform, ...rest } = descriptor;
  const source = await imageFrom(
    memoryStore(image, options.chunk),
    { ...rest, ...(platform === undefined ? {} : { platform }) },
    { signal, ...options.open },
  );
  return await readContents(source, { readers: [], ...options, signal });
}

/** The code a promise fails with; anything that is no HoldfastError is thrown on. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HoldfastError) return error.code;
    throw error;
  }
  return 'no error';
}

export function file(path: string, content = path): TestEntry {
  return { path, content };
}
