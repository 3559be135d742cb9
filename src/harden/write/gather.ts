import { type EntryPlace, replayLayers } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { Layer, TarEntry, TarEntryKind } from '../../oci/index.ts';
import type { Item } from './plan.ts';
import type { ScratchFile } from './scratch.ts';

/** An entry of the image as its layer says it, and where the spool holds its bytes. */
export interface Gathered {
  readonly entry: TarEntry;
  /** 0 where nothing was spooled. */
  readonly offset: number;
}

interface Wanted {
  readonly kinds: readonly TarEntryKind[];
  readonly spooled: boolean;
  readonly path: string;
}

const kindsOf = {
  file: ['file'],
  link: ['symlink'],
  directory: ['directory'],
  other: ['character-device', 'block-device', 'fifo'],
} as const satisfies Record<string, readonly TarEntryKind[]>;

/**
 * Streams the layers once more and takes the entries of the plan: what they say into memory, file bodies one behind the
 * other into the spool, in the order of the layers. Nothing is written under a name from the image.
 * @throws HoldfastError `digest-mismatch` where the layers are not those the plan was made from, and as `readContents`
 */
export async function gather(
  layers: readonly Layer[],
  items: readonly Item[],
  spool: ScratchFile,
  signal: AbortSignal,
): Promise<(at: EntryPlace) => Gathered> {
  const wanted = wantedOf(items);
  const found = new Map<number, Map<number, Gathered>>();
  await replayLayers(
    layers,
    (layer) => {
      const here = wanted.get(layer);
      if (here === undefined) return undefined;
      const taken = new Map<number, Gathered>();
      found.set(layer, taken);
      let spooling = false;
      return {
        entry(entry) {
          const want = here.get(entry.ordinal);
          spooling = want?.spooled ?? false;
          if (want === undefined) return;
          if (!want.kinds.includes(entry.kind)) throw changed(want.path);
          taken.set(entry.ordinal, { entry, offset: spooling ? spool.size : 0 });
        },
        data(bytes) {
          if (spooling) spool.append(bytes);
        },
        entryEnd() {
          spooling = false;
        },
      };
    },
    signal,
  );
  spool.flush();
  for (const [layer, here] of wanted) {
    for (const [ordinal, { path }] of here) if (!found.get(layer)?.has(ordinal)) throw changed(path);
  }
  return ({ layer, ordinal }) => {
    const one = found.get(layer)?.get(ordinal);
    if (one === undefined) throw new HoldfastError('internal', 'an entry that was not gathered');
    return one;
  };
}

function wantedOf(items: readonly Item[]): ReadonlyMap<number, ReadonlyMap<number, Wanted>> {
  const wanted = new Map<number, Map<number, Wanted>>();
  for (const item of items) {
    if (item.at === undefined) continue;
    const { layer, ordinal } = item.at;
    const here = wanted.get(layer) ?? new Map<number, Wanted>();
    wanted.set(layer, here);
    // One entry can be a file under one path and the owner and mode of a replaced one under another.
    const spooled = item.kind === 'file' || (here.get(ordinal)?.spooled ?? false);
    here.set(ordinal, { kinds: kindsOf[entryKindOf(item)], spooled, path: item.path });
  }
  return wanted;
}

function entryKindOf(item: Item): keyof typeof kindsOf {
  switch (item.kind) {
    case 'hard-link':
      return item.of;
    case 'replaced':
      return 'file';
    default:
      return item.kind;
  }
}

function changed(path: string): HoldfastError {
  return new HoldfastError('digest-mismatch', 'the layers are not those that were read before', { place: path });
}
