import { HoldfastError } from '../errors/index.ts';
import { hostPlatform, type ImageSource, type LayeredSource, type Platform } from '../oci/index.ts';
import { scanDirectory } from './directory.ts';
import { distributionIn, distributionReader } from './distribution.ts';
import { Meter } from './layer/meter.ts';
import { type ScannedLayer, type ScanOptions, scanLayer } from './layer/scan-layer.ts';
import { type CapturesByNode, lookAgain } from './layer/second-look.ts';
import { type ContentsLimits, contentsLimits } from './limits.ts';
import type { ImageContents, ImageProblem } from './model.ts';
import { assignOwners } from './owners.ts';
import type { PackageReader } from './packages/index.ts';
import { entriesOf, type ImageEntry } from './tree/entries.ts';
import { type Flattened, flattenTree } from './tree/flatten.ts';
import { mergeLayer } from './tree/merge.ts';
import { type DirectoryNode, directoryNode } from './tree/node.ts';
import { SharedView, viewFor } from './view.ts';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** What a directory is for, since it does not say; this host's by default. */
  readonly platform?: Platform;
  /** In order of precedence: where two claim a file, the earlier owns it. */
  readonly readers: readonly PackageReader[];
  readonly limits?: Partial<ContentsLimits>;
  /** Uncompressed bytes read so far, of all layers. */
  readonly progress?: (bytes: number) => void;
}

/** An image's contents, and every entry that made them. */
export interface ImageTree {
  readonly contents: ImageContents;
  readonly entries: readonly ImageEntry[];
}

interface Read extends Flattened {
  /** Of layers. */
  readonly root?: DirectoryNode;
  readonly layers: ImageContents['layers'];
  readonly problems: readonly ImageProblem[];
  readonly again: CapturesByNode;
}

/** Two cores are the least worth planning for: one layer's inflating fills the other's hashing. */
const layersAtOnce = 2;

/**
 * Reads an image in one pass: the file manifest of its flattened layers and the packages in it. The same image gives the
 * same document, byte for byte.
 * @throws HoldfastError `tar-…`, `layer-compression`, `diff-id-mismatch`, `digest-mismatch`, `blob-size`, `blob-missing`,
 * `source-unreadable`; the signal's reason when aborted
 */
export async function readContents(source: ImageSource, options: ReadOptions): Promise<ImageContents> {
  return (await readWhole(source, options)).contents;
}

/** As `readContents`, with all that is no file as well: what writing the image anew takes. @throws as `readContents` */
export async function readImageTree(source: LayeredSource, options: ReadOptions): Promise<ImageTree> {
  const { contents, root } = await readWhole(source, options);
  if (root === undefined) throw new HoldfastError('internal', 'layers without a tree');
  return { contents, entries: entriesOf(root) };
}

async function readWhole(
  source: ImageSource,
  options: ReadOptions,
): Promise<{ readonly contents: ImageContents; readonly root: DirectoryNode | undefined }> {
  const limits = { ...contentsLimits, ...options.limits };
  const scan: ScanOptions = {
    signal: options.signal,
    readers: [distributionReader, ...options.readers],
    limits,
    meter: new Meter(limits, options.progress),
    allowance: { bytes: limits.keptBytes },
  };
  const layered = source.kind === 'layers';
  const read = layered ? await readLayers(source, scan) : await readDirectory(source.directory, scan);
  const { os, architecture } = layered ? source.config.platform : (options.platform ?? hostPlatform());

  const shared = new SharedView(read.files, read.links);
  const distribution = distributionIn(viewFor(distributionReader, shared, read.files, read.again, { architecture }));
  const about = { architecture, ...(distribution === undefined ? {} : { distribution }) };
  const results = options.readers.map((reader) => reader.read(viewFor(reader, shared, read.files, read.again, about)));
  const { packages, files } = assignOwners(shared, results);
  const contents: ImageContents = {
    identity: layered ? source.identity : {},
    platform: { os, architecture },
    ...(layered && source.config.created !== undefined ? { created: source.config.created } : {}),
    ...(distribution === undefined ? {} : { distribution }),
    layers: read.layers,
    files,
    links: read.links,
    packages,
    problems: [...read.problems, ...results.flatMap((result) => result.problems)].sort(byPlace),
  };
  return { contents, root: read.root };
}

function byPlace(a: ImageProblem, b: ImageProblem): number {
  const one = `${a.place}\0${a.code}\0${a.message}`;
  const other = `${b.place}\0${b.code}\0${b.message}`;
  return one < other ? -1 : one > other ? 1 : 0;
}

async function readDirectory(directory: string, scan: ScanOptions): Promise<Read> {
  return { ...(await scanDirectory(directory, scan)), layers: [], again: new Map() };
}

/** Layers are read side by side and laid over each other in their order. */
async function readLayers(source: LayeredSource, scan: ScanOptions): Promise<Read> {
  const scanned = await scanAll(source, scan);
  const root = directoryNode(false);
  const problems: ImageProblem[] = [];
  for (const { tree } of scanned) {
    problems.push(...tree.problems);
    mergeLayer(root, tree.root, scan.limits, problems);
  }
  const flattened = flattenTree(root);
  return {
    ...flattened,
    root,
    problems,
    layers: source.layers.map((layer, index) => ({
      digest: scanned[index]?.digest ?? layer.diffId,
      diffId: layer.diffId,
      size: layer.size,
    })),
    again: await lookAgain(flattened.files, source.layers, scan),
  };
}

async function scanAll(source: LayeredSource, scan: ScanOptions): Promise<readonly ScannedLayer[]> {
  const scanned: ScannedLayer[] = [];
  const failed = new AbortController();
  const options = { ...scan, signal: AbortSignal.any([scan.signal, failed.signal]) };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < source.layers.length; index = next++) {
      const layer = source.layers[index];
      if (layer === undefined) return;
      try {
        scanned[index] = await scanLayer(layer, index, options);
      } catch (error) {
        // The others stop too, and the first failure is the one that is told.
        failed.abort(error);
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: layersAtOnce }, work));
  scan.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return scanned;
}
