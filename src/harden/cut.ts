import { type ImageTree, packageReaders, readImageTree } from '../contents/index.ts';
import { HoldfastError } from '../errors/index.ts';
import {
  type BlobStore,
  type Descriptor,
  hexOf,
  type ImageConfig,
  imageOf,
  type Platform,
  type Repository,
  readBlob,
  selectImage,
} from '../oci/index.ts';
import { type ExecutionProfile, profileDigest, type Recipe } from '../profile/index.ts';
import type { Amount, Cut } from './model.ts';
import { type PictureConfig, pictureOf } from './picture.ts';
import { type Plan, planOf } from './plan.ts';
import { hardenReader, listening } from './reader.ts';
import { writeHardened } from './write/index.ts';

export interface CutRequest {
  readonly store: BlobStore;
  readonly target: Descriptor;
  /** Of an index. */
  readonly platform?: Platform;
  readonly profile: ExecutionProfile;
  /** What it keeps beside the profile, and which commands its runs start. */
  readonly recipe: Recipe;
  /** Where the result goes; stored under its digest alone. */
  readonly out: Repository;
  readonly signal: AbortSignal;
  readonly progress?: (what: string) => void;
}

/** A config is JSON of a few KB. */
const configBytes = 4 << 20;

/**
 * Cuts an image to what its profile needs and writes what stays as one layer. The same image, profile and options give the
 * same digest. Nothing is tagged and nothing attested: whether it works is for its tests.
 * @throws HoldfastError `profile-foreign`, as `readContents`, `selectImage` and the repository
 */
export async function cutImage(request: CutRequest): Promise<Cut> {
  const { store, profile, recipe, out, signal, progress } = request;
  const selected = await selectImage(store, request.target, request);
  const { identity, manifest, config } = selected;
  const base = identity.manifest;
  if (base === undefined) throw new HoldfastError('internal', 'an image without a manifest');
  if (profile.subject !== base)
    throw new HoldfastError('profile-foreign', `it is of ${profile.subject ?? 'no image'}`, { place: base });
  const bytes = await readBlob(store, manifest.config, { signal, bound: configBytes, place: 'config' });
  await using source = imageOf(store, selected);
  progress?.('reading the image');
  const reader = hardenReader();
  const readers = listening([...packageReaders]);
  const tree = await readImageTree(source, { signal, readers: [...readers.readers, reader] });
  const picture = pictureOf(tree, reader.heard, readers.packages, started(config, recipe, volumesIn(bytes)));
  const plan = planOf(picture, profile, recipe.spec.harden);
  progress?.(`writing ${plan.reasons.size} of ${tree.entries.length} entries`);
  const names = { 'dev.holdfast.hardened.base': base, 'dev.holdfast.hardened.profile': profileDigest(profile) };
  const written = await writeHardened({
    source,
    tree,
    config: bytes,
    annotations: { 'org.opencontainers.image.base.digest': base, ...names },
    labels: names,
    isKept: (path) => plan.reasons.has(path),
    replaced: plan.rewritten,
    comment: `holdfast harden: what profile ${hexOf(profileDigest(profile)).slice(0, 12)} needs of ${base}`,
    repository: out,
    signal,
  });
  return {
    base,
    manifest: written.manifest,
    before: amountOf(tree, readers.packages.length, () => true),
    after: amountOf(tree, plan.kept.length, (path) => plan.reasons.has(path), plan.rewritten),
    removed: plan.removed,
    kept: plan.kept,
    reasons: plan.reasons,
    unresolved: plan.unresolved,
    absent: plan.absent,
    profile: { ...profile, subject: written.manifest.digest, tests: {} },
  };
}

/**
 * The configuration as it is used: an entrypoint or a command that every run of the recipe replaces starts nothing, and what
 * did run is in the profile.
 */
function started(config: ImageConfig, { spec: { runs } }: Recipe, volumes: readonly string[]): PictureConfig {
  const entered = runs.some(({ entrypoint }) => entrypoint === undefined);
  const commanded = runs.some((run) => run.entrypoint === undefined && run.arguments === undefined);
  return {
    ...config,
    entrypoint: entered ? config.entrypoint : [],
    command: commanded ? config.command : [],
    volumes,
  };
}

function amountOf(
  { contents }: ImageTree,
  packages: number,
  isKept: (path: string) => boolean,
  rewritten: Plan['rewritten'] = new Map(),
): Amount {
  const files = contents.files.filter(({ path }) => isKept(path));
  const bytes = files.reduce((sum, { path, size }) => sum + (rewritten.get(path)?.length ?? size), 0);
  return { bytes, files: files.length, packages };
}

/** Directories that the runtime mounts a volume on (OCI image-spec 1.1, config.md). */
function volumesIn(bytes: Uint8Array): readonly string[] {
  const { config } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { config?: { Volumes?: unknown } | null };
  const volumes = config?.Volumes;
  return typeof volumes === 'object' && volumes !== null
    ? Object.keys(volumes).filter((one) => one.startsWith('/'))
    : [];
}
