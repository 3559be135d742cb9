import type { Layer, TarEntry } from '../../oci/index.ts';
import type { PackageReader } from '../packages/index.ts';
import type { FlatFile } from '../tree/flatten.ts';
import type { FileNode } from '../tree/node.ts';
import { type Capture, FileCapture } from './capture.ts';
import { streamLayer } from './read-layer.ts';
import type { ScanOptions } from './scan-layer.ts';

export type CapturesByNode = ReadonlyMap<FileNode, readonly Capture[]>;

interface Missed {
  readonly file: FlatFile;
  readonly readers: readonly PackageReader[];
}

/**
 * A hard link may give a file a name that a reader wishes for, while the bytes passed under another name. Only then is the
 * layer read again, for those files alone; real images nearly never need it.
 * @throws as `streamLayer`
 */
export async function lookAgain(
  files: readonly FlatFile[],
  layers: readonly Layer[],
  options: ScanOptions,
): Promise<CapturesByNode> {
  const found = new Map<FileNode, readonly Capture[]>();
  for (const [index, missed] of missedByLayer(files, options.readers)) {
    const layer = layers[index];
    if (layer === undefined) continue;
    let open: { readonly node: FileNode; readonly capture: FileCapture } | undefined;
    const handler = {
      entry(entry: TarEntry): void {
        const wanted = missed.get(entry.ordinal);
        open = undefined;
        if (wanted === undefined) return;
        const { node, path } = wanted.file;
        const capture = FileCapture.begin(wanted.readers, path, node.mode, node.size, options.allowance);
        if (capture !== undefined) open = { node, capture };
      },
      data: (bytes: Uint8Array): void => open?.capture.push(bytes),
      entryEnd(): void {
        if (open !== undefined) found.set(open.node, open.capture.end());
      },
    };
    await streamLayer(layer, handler, options.meter, options.signal);
  }
  return found;
}

function missedByLayer(
  files: readonly FlatFile[],
  readers: readonly PackageReader[],
): ReadonlyMap<number, ReadonlyMap<number, Missed>> {
  const layers = new Map<number, Map<number, Missed>>();
  for (const file of files) {
    const { node, path } = file;
    if (node.asked === path) continue;
    const wishing = readers.filter(
      (reader) =>
        !node.captures.some((capture) => capture.reader === reader) &&
        reader.wants(path, node.mode, node.size).kind !== 'none',
    );
    if (wishing.length === 0) continue;
    const entries = layers.get(node.layer) ?? new Map<number, Missed>();
    layers.set(node.layer, entries);
    const earlier = entries.get(node.ordinal);
    if (earlier === undefined) entries.set(node.ordinal, { file, readers: wishing });
    else entries.set(node.ordinal, { file: earlier.file, readers: [...new Set([...earlier.readers, ...wishing])] });
  }
  return layers;
}
