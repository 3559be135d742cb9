import type { Layer, TarEntry } from '../../oci/index.ts';
import type { ContentsLimits } from '../limits.ts';
import type { PackageReader } from '../packages/index.ts';
import { LayerTree, type Place } from '../tree/layer-tree.ts';
import { type Allowance, FileCapture, noCaptures } from './capture.ts';
import { FileHash } from './hashing.ts';
import type { Meter } from './meter.ts';
import { type LayerSeen, placeOf, streamLayer } from './read-layer.ts';

export interface ScanOptions {
  readonly signal: AbortSignal;
  readonly readers: readonly PackageReader[];
  readonly limits: ContentsLimits;
  readonly meter: Meter;
  readonly allowance: Allowance;
}

export interface ScannedLayer extends LayerSeen {
  readonly tree: LayerTree;
}

interface Current {
  readonly entry: TarEntry;
  readonly place: Extract<Place, { kind: 'file' }>;
  readonly hash: FileHash;
  readonly capture: FileCapture | undefined;
}

/** One pass over one layer: its tree of names, every file hashed, what package readers wish for kept. @throws as `streamLayer` */
export async function scanLayer(layer: Layer, index: number, options: ScanOptions): Promise<ScannedLayer> {
  const tree = new LayerTree(index, options.limits);
  let current: Current | undefined;
  const handler = {
    entry(entry: TarEntry): void {
      const at = placeOf(layer, entry);
      options.meter.entry(at);
      const place = tree.place(entry, at);
      if (place.kind === 'done') {
        current = undefined;
        return;
      }
      const capture = FileCapture.begin(options.readers, place.path, entry.mode, entry.size, options.allowance);
      current = { entry, place, hash: new FileHash(entry.size), capture };
    },
    data(bytes: Uint8Array): void {
      current?.hash.push(bytes);
      current?.capture?.push(bytes);
    },
    entryEnd(): void {
      if (current === undefined) return;
      const { entry, place, hash, capture } = current;
      place.put({
        kind: 'file',
        sha256: hash.hex(),
        size: entry.size,
        mode: entry.mode,
        layer: index,
        ordinal: entry.ordinal,
        asked: place.path,
        captures: capture?.end() ?? noCaptures,
      });
    },
  };
  const seen = await streamLayer(layer, handler, options.meter, options.signal);
  return { ...seen, tree };
}
