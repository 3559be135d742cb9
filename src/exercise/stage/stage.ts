import { randomBytes } from 'node:crypto';
import { openContainerd } from '../../containers/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import {
  type BlobStore,
  type Descriptor,
  type Digest,
  formatSource,
  ociLimits,
  openContent,
  type Platform,
  type RegistryOptions,
  readBlob,
  type SelectedImage,
  type SourceReference,
  selectImage,
  verified,
} from '../../oci/index.ts';
import { Ctr } from '../host/ctr.ts';
import type { StagedImage } from '../model.ts';
import { type ArchivedBlob, layoutArchive } from './archive.ts';
import { removeNamespace } from './namespace.ts';

export interface StageOptions extends RegistryOptions {
  /** containerd's. */
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  readonly progress?: (what: string) => void;
}

/** Milliseconds: gigabytes are fetched and unpacked in it. */
const importing = 30 * 60_000;
const name = 'holdfast.example/staged:latest';

/**
 * Brings one platform's image into a namespace of its own of a containerd: the same manifest, configuration and layers, byte
 * for byte. Dispose of it; nothing of it stays.
 * @throws HoldfastError as `openContent` and `selectImage`; `containerd-refused`, `exercise-tool-missing`; the signal's reason
 */
export async function stageImage(source: SourceReference, options: StageOptions): Promise<StagedImage> {
  const { socket, signal, progress } = options;
  const containerd = openContainerd(socket);
  await using content = await openContent(source, { ...options, openContainerd: containerd });
  const place = formatSource(source);
  const selected = await selectImage(content.store, content.target, options);
  const digest = selected.identity.manifest;
  if (digest === undefined) throw new HoldfastError('internal', 'an image without a manifest', { place });
  const manifest = await manifestOf(content.store, digest, signal);
  const { config, layers } = selected.manifest;
  const configBytes = await readBlob(content.store, config, { signal, bound: ociLimits.configBytes, place });
  const stopSignal = stopSignalOf(configBytes);
  const namespace = `holdfast-${randomBytes(4).toString('hex')}`;
  const ctr = new Ctr(socket, namespace);
  const staged = {
    socket,
    namespace,
    name,
    manifest: digest,
    config: selected.config,
    ...(stopSignal === undefined ? {} : { stopSignal }),
    [Symbol.asyncDispose]: () => removeNamespace(ctr, namespace),
  };
  progress?.(`bringing ${place} into containerd`);
  const blobs = [config, ...layers].map((one) => blobOf(content.store, one, signal));
  const archive = layoutArchive({ bytes: manifest, mediaType: mediaTypeOf(manifest, selected), name }, distinct(blobs));
  try {
    await ctr.run(['images', 'import', '--all-platforms', '-'], { signal, timeout: importing, input: archive });
    return staged;
  } catch (error) {
    await staged[Symbol.asyncDispose]();
    throw error;
  }
}

async function manifestOf(store: BlobStore, digest: Digest, signal: AbortSignal): Promise<Uint8Array> {
  if (store.manifest !== undefined) return (await store.manifest(digest, signal)).bytes;
  const size = await store.size(digest, signal);
  if (size === undefined) throw new HoldfastError('blob-missing', 'the manifest is gone', { place: digest });
  return await readBlob(store, { digest, size }, { signal, bound: ociLimits.manifestBytes, place: digest });
}

/** What it says of itself; a manifest may leave it out, and then its configuration tells whose form it has. */
function mediaTypeOf(manifest: Uint8Array, { manifest: { config } }: SelectedImage): string {
  const { mediaType } = JSON.parse(Buffer.from(manifest).toString('utf8')) as { readonly mediaType?: string };
  if (mediaType !== undefined) return mediaType;
  return config.mediaType.startsWith('application/vnd.docker.')
    ? 'application/vnd.docker.distribution.manifest.v2+json'
    : 'application/vnd.oci.image.manifest.v1+json';
}

/** Image-spec 1.1, config.md, "StopSignal": a name or a number. */
function stopSignalOf(config: Uint8Array): string | undefined {
  const { config: run } = JSON.parse(Buffer.from(config).toString('utf8')) as {
    readonly config?: { readonly StopSignal?: unknown } | null;
  };
  const signal = run?.StopSignal;
  return typeof signal === 'string' && /^(?:SIG)?[A-Z0-9+-]{1,16}$/.test(signal) ? signal : undefined;
}

function blobOf(store: BlobStore, descriptor: Descriptor, signal: AbortSignal): ArchivedBlob {
  const { digest, size } = descriptor;
  return { digest, size, open: () => verified(store.read(digest, signal), descriptor, digest) };
}

/** The same layer may stand in an image twice. */
function distinct(blobs: readonly ArchivedBlob[]): readonly ArchivedBlob[] {
  return [...new Map(blobs.map((one) => [one.digest, one])).values()];
}
