import type { ImageTree } from '../../contents/index.ts';
import { type Descriptor, type Digest, digestOf, type LayeredSource, type Repository } from '../../oci/index.ts';
import { createdSeconds, hardenedConfig, hardenedManifest, manifestType } from './documents.ts';
import { gather } from './gather.ts';
import { type WrittenLayer, writeLayer } from './layer.ts';
import { type Cut, planOf } from './plan.ts';
import { asUnwritable, type Scratch, type ScratchFile, scratchDirectory } from './scratch.ts';
import { tarOf } from './tar.ts';

export interface WriteRequest extends Cut {
  /** The image that is cut, open to read its layers, and everything in it. */
  readonly source: LayeredSource;
  readonly tree: ImageTree;
  /** Its config as stored, whole: all fields stay but rootfs and history. */
  readonly config: Uint8Array;
  /** Put on the new manifest, which is OCI's whatever the old one was. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Laid over the config's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Asked once for each path of the tree. Directories above something kept stay in any case, and so does the root. */
  readonly isKept: (path: string) => boolean;
  /**
   * Files written with other content than before, by path; mode, owner, times and attributes as they were. Those that are
   * not kept are not written.
   */
  readonly replaced: ReadonlyMap<string, Uint8Array>;
  /** Of the one history entry. */
  readonly comment: string;
  readonly repository: Repository;
  /** Without one the manifest is stored under its digest alone. */
  readonly tag?: string;
  readonly signal: AbortSignal;
  /** Uncompressed bytes of the new layer written so far. */
  readonly progress?: (bytes: number) => void;
}

export interface Written {
  readonly manifest: Descriptor;
  readonly config: Digest;
  readonly layer: WrittenLayer;
  /** Paths of regular files in it. */
  readonly files: number;
}

/**
 * Writes what is kept of an image as an image of one layer, and pushes it. The same request gives the same bytes. Memory
 * grows with the number of entries, not with their sizes; file bodies and the layer lie in a temporary directory meanwhile.
 * @throws HoldfastError `digest-mismatch` where a file is not what the tree says, `file-unwritable`, `oci-malformed`,
 * `oci-limit`, `tar-limit-extension`, `tar-unsupported`, as `readContents` and as the repository; the signal's reason
 */
export async function writeHardened(request: WriteRequest): Promise<Written> {
  const { repository, signal } = request;
  await using scratch = await scratchDirectory();
  const { layer, blob, files } = await cutLayer(request, scratch).catch((error: unknown) => {
    throw asUnwritable(error);
  });
  const config = hardenedConfig(request.config, { ...request, diffId: layer.diffId });
  const bytes = hardenedManifest(config, layer, request.annotations);
  // The blobs first: a manifest must not name what is not there.
  await repository.pushBlob(layer, (reading) => blob.read(0, layer.size, reading), signal);
  await repository.pushBlob({ digest: digestOf(config), size: config.length }, config, signal);
  const tag = request.tag === undefined ? {} : { tag: request.tag };
  const manifest = await repository.pushManifest({ bytes, mediaType: manifestType, ...tag }, signal);
  return { manifest, config: digestOf(config), layer, files };
}

async function cutLayer(
  request: WriteRequest,
  scratch: Scratch,
): Promise<{ readonly layer: WrittenLayer; readonly blob: ScratchFile; readonly files: number }> {
  const { source, tree, signal } = request;
  const items = planOf(tree, request);
  const spool = await scratch.file('bodies');
  const gathered = await gather(source.layers, items, spool, signal);
  const blob = await scratch.file('layer');
  const created = createdSeconds(source.config.created);
  const tar = tarOf({ items, gathered, spool, created, signal });
  const layer = await writeLayer(tar, blob, signal, request.progress);
  const files = items.filter(
    (one) => one.kind === 'file' || one.kind === 'replaced' || (one.kind === 'hard-link' && one.of === 'file'),
  );
  return { layer, blob, files: files.length };
}
