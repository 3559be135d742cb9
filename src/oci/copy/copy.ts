import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { Repository } from '../repository.ts';
import { inTurn } from './in-turn.ts';
import { type Missing, missingFrom } from './missing.ts';
import { presentManifest, type Survey, type Surveyed, survey } from './survey.ts';

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Tag to give it; without one it lies there under its digest. */
  readonly tag?: string;
  /** A repository of the same registry, out of which blobs can be mounted. */
  readonly mountFrom?: string;
  readonly progress?: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  readonly manifests: { readonly done: number; readonly all: number };
  readonly blobs: { readonly done: number; readonly all: number };
  /** Bytes of blobs, those already there counted as done. */
  readonly bytes: { readonly done: number; readonly all: number };
}

export interface Copied {
  readonly root: Descriptor;
  /** Manifests, and the blobs they name, that belong to the image. */
  readonly manifests: number;
  readonly blobs: number;
  /** Of those, the ones that were not there before. */
  readonly pushed: { readonly manifests: number; readonly blobs: number; readonly bytes: number };
  /** Listed at the source as attached, and not there: nothing that could be copied. */
  readonly dangling: readonly Digest[];
  /** What the destination does not show afterwards, though it was taken: empty, or the promotion failed. */
  readonly missing: readonly Missing[];
}

/**
 * Promotes an image: the same bytes, so the same digests, with everything that is attached to it. The tag comes last, so
 * that nobody finds the image without its evidence; what was interrupted is taken up where it was left, because what is
 * there is not sent again. Afterwards the destination is asked for each manifest in the way a verifier asks.
 *
 * Costs one request a manifest and two a blob where nothing has to be sent.
 * @throws HoldfastError as `survey`, and what the repositories say
 */
export async function copyImage(
  source: Repository,
  image: Survey,
  to: Repository,
  options: CopyOptions,
): Promise<Copied> {
  const { signal } = options;
  const blobs = distinctBlobs(image);
  const counts = new Counts(image, blobs, options.progress);
  await inTurn(blobs, signal, async (blob) => {
    const mount = options.mountFrom === undefined ? {} : { mountFrom: options.mountFrom };
    const outcome = await to.pushBlob(blob, (reading) => source.read(blob.digest, reading), signal, mount);
    counts.blob(blob, outcome === 'pushed');
  });
  const [images = [], ...attached] = image.levels;
  // What is named comes before what names it: a registry may refuse an index whose parts it lacks.
  for (const one of images) counts.manifest(await put(to, one, signal));
  for (const level of attached) {
    // Also within a level, where something attached is an index itself.
    const [parts, rest] = [level.filter((one) => one.as === 'part'), level.filter((one) => one.as !== 'part')];
    for (const one of parts) counts.manifest(await put(to, one, signal));
    await inTurn(rest, signal, async (one) => counts.manifest(await put(to, one, signal)));
  }
  const { root } = image;
  if (options.tag !== undefined) await tagged(to, image, options.tag, signal);
  const missing = await missingFrom(image, to, options.tag, signal);
  return {
    root,
    manifests: image.levels.flat().length,
    blobs: blobs.length,
    pushed: counts.pushed,
    dangling: image.dangling,
    missing,
  };
}

/** Surveys and copies. */
export async function copyFrom(
  source: Repository,
  reference: string | undefined,
  to: Repository,
  options: CopyOptions,
): Promise<Copied> {
  return await copyImage(source, await survey(source, reference, options.signal), to, options);
}

async function put(to: Repository, { manifest, as, tag }: Surveyed, signal: AbortSignal): Promise<boolean> {
  const { bytes, descriptor } = manifest;
  const { mediaType, digest } = descriptor;
  const there = await presentManifest(to, tag ?? digest, signal);
  const present = there?.descriptor.digest === digest;
  // A referrer that is there may still be missing from the list of its subject: storing it again mends that.
  if (present && as !== 'referrer') return false;
  // Another's attachment under an older tag is evidence too: it stays, and this one is told as missing.
  const name = tag !== undefined && there === undefined ? { tag } : {};
  await to.pushManifest({ bytes, mediaType, ...name }, signal);
  return !present;
}

async function tagged(to: Repository, image: Survey, tag: string, signal: AbortSignal): Promise<void> {
  const root = image.levels[0]?.find((one) => one.manifest.descriptor.digest === image.root.digest);
  if (root === undefined) throw new Error('a survey holds its root');
  await to.pushManifest({ bytes: root.manifest.bytes, mediaType: root.manifest.descriptor.mediaType, tag }, signal);
}

function distinctBlobs({ levels }: Survey): readonly Descriptor[] {
  return [...new Map(levels.flat().flatMap((one) => one.blobs.map((blob) => [blob.digest, blob] as const))).values()];
}

class Counts {
  readonly pushed = { manifests: 0, blobs: 0, bytes: 0 };
  private readonly all: { readonly manifests: number; readonly blobs: number; readonly bytes: number };
  private readonly done = { manifests: 0, blobs: 0, bytes: 0 };
  private readonly progress: ((progress: CopyProgress) => void) | undefined;

  constructor(image: Survey, blobs: readonly Descriptor[], progress?: (progress: CopyProgress) => void) {
    const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
    this.all = { manifests: image.levels.flat().length, blobs: blobs.length, bytes };
    this.progress = progress;
  }

  blob({ size }: Descriptor, pushed: boolean): void {
    this.done.blobs++;
    this.done.bytes += size;
    if (pushed) {
      this.pushed.blobs++;
      this.pushed.bytes += size;
    }
    this.tell();
  }

  manifest(pushed: boolean): void {
    this.done.manifests++;
    if (pushed) this.pushed.manifests++;
    this.tell();
  }

  private tell(): void {
    const of = (kind: 'manifests' | 'blobs' | 'bytes') => ({ done: this.done[kind], all: this.all[kind] });
    this.progress?.({ manifests: of('manifests'), blobs: of('blobs'), bytes: of('bytes') });
  }
}
