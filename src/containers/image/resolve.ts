import { HoldfastError } from '../../errors/index.ts';
import { type BlobStore, type Descriptor, type Digest, isDigest, type Platform, selectImage } from '../../oci/index.ts';
import type { Connection } from '../api/connection.ts';
import { getImage } from '../api/methods.ts';
import { contentStore } from '../content.ts';
import type { RunningImage } from '../model.ts';
import { manifestsWithConfig } from './candidates.ts';
import { readImageDocument } from './document.ts';

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Default: this host's. */
  readonly platform?: Platform;
}

/** What a name or digest was resolved to, with the layers' diff ids from the config. */
export interface ResolvedImage extends RunningImage {
  readonly diffIds?: readonly Digest[];
}

type Found = Omit<ResolvedImage, 'name'>;

/**
 * Which platform manifest a name of the image store, or a digest that the runtime named, stands for. Reads content,
 * verified by digest. Never guesses: what can't be told is `unreadable` or has `candidates`.
 * @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`; the signal's reason
 */
export async function resolveImage(
  connection: Connection,
  namespace: string,
  nameOrDigest: string,
  options: ResolveOptions,
): Promise<ResolvedImage> {
  const name = nameOrDigest;
  try {
    const digest = await targetOf(connection, namespace, name, options.signal);
    const found = digest === undefined ? imageUnknown : await resolveDigest(connection, namespace, digest, options);
    return { name, ...found };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code.startsWith('containerd-')) throw error;
    return { name, ...imageUnknown };
  }
}

const imageUnknown: Found = { named: 'unknown', confirmed: false, unreadable: 'image-unknown' };

/** CRI names an image by its config digest too: that name says what it says, whatever manifest its record points to. */
async function targetOf(
  connection: Connection,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (isDigest(name)) return name;
  if (name === '') return undefined;
  const answer = await connection.find(getImage, { name }, { namespace, signal });
  const target = answer?.image?.target?.digest ?? '';
  return isDigest(target) ? target : undefined;
}

async function resolveDigest(
  connection: Connection,
  namespace: string,
  digest: Digest,
  options: ResolveOptions,
): Promise<Found> {
  const store = contentStore(connection, namespace);
  const document = await readImageDocument(store, digest, options.signal);
  if (document === undefined) return imageUnknown;
  switch (document.kind) {
    case 'index':
      return { named: 'index', index: digest, ...(await select(store, document.descriptor, options)) };
    case 'manifest':
      return { named: 'manifest', manifest: digest, ...(await select(store, document.descriptor, options)) };
    case 'config': {
      const candidates = await manifestsWithConfig(connection, namespace, digest, options.signal);
      return { named: 'config', config: digest, ...(await selectAny(store, candidates, options)) };
    }
    default:
      return document satisfies never;
  }
}

type Selected = Omit<Found, 'named'>;

/** One platform's image, and whether its layers are still here. */
async function select(store: BlobStore, target: Descriptor, options: ResolveOptions): Promise<Selected> {
  try {
    const { identity, manifest, config } = await selectImage(store, target, options);
    const found: Selected = { ...identity, diffIds: config.diffIds, confirmed: false };
    for (const { digest } of manifest.layers) {
      if ((await store.size(digest, options.signal)) === undefined) return { ...found, unreadable: 'layers-discarded' };
    }
    return found;
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code.startsWith('containerd-')) throw error;
    const unreadable = error.code === 'platform-not-found' ? 'platform-absent' : 'image-unknown';
    return { confirmed: false, unreadable };
  }
}

/** Several manifests of one config wrap the same files: provenance is then nobody's, and none is `manifest`. */
async function selectAny(store: BlobStore, candidates: readonly Digest[], options: ResolveOptions): Promise<Selected> {
  const [first, ...others] = candidates;
  const document = first === undefined ? undefined : await readImageDocument(store, first, options.signal);
  if (document?.kind !== 'manifest') return { confirmed: false, unreadable: 'image-unknown' };
  const selected = await select(store, document.descriptor, options);
  if (others.length === 0) return selected;
  const { manifest: _manifest, ...rest } = selected;
  return { ...rest, candidates };
}
