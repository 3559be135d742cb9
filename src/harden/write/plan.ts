import type { EntryPlace, ImageEntry, ImageTree } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';

/** One entry of the new layer. Paths start with `/`. */
export type Item =
  | { readonly kind: 'file'; readonly path: string; readonly at: EntryPlace; readonly sha256: string }
  | { readonly kind: 'replaced'; readonly path: string; readonly at: EntryPlace; readonly bytes: Uint8Array }
  | {
      readonly kind: 'hard-link';
      readonly of: 'file' | 'other';
      readonly path: string;
      readonly at: EntryPlace;
      readonly target: string;
    }
  | { readonly kind: 'link' | 'other'; readonly path: string; readonly at: EntryPlace }
  | { readonly kind: 'directory'; readonly path: string; readonly at: EntryPlace | undefined };

export interface Cut {
  readonly isKept: (path: string) => boolean;
  readonly replaced: ReadonlyMap<string, Uint8Array>;
}

/**
 * What the new layer holds, sorted by path, which puts each directory before what is in it. The root is always there, and
 * so is every directory above something kept. Of several paths of one entry the first kept holds the bytes.
 * @throws HoldfastError `internal` where something is replaced that is no file of the image
 */
export function planOf({ contents, entries }: ImageTree, { isKept, replaced }: Cut): readonly Item[] {
  const sums = new Map(contents.files.map((file) => [file.path, file.sha256]));
  for (const path of replaced.keys()) {
    if (!sums.has(path)) throw new HoldfastError('internal', 'replaces what is no file of the image', { place: path });
  }
  const kept = withParents(entries, isKept);
  const first = new Map<string, string>();
  return entries
    .filter(({ path }) => kept.has(path))
    .map((one): Item => {
      const { path, kind, entry: at } = one;
      if (kind === 'directory') return { kind, path, at };
      if (at === undefined) throw new HoldfastError('internal', `a ${kind} that no entry made`, { place: path });
      if (kind === 'link') return { kind, path, at };
      const bytes = replaced.get(path);
      if (bytes !== undefined) return { kind: 'replaced', path, at, bytes };
      const key = `${at.layer}:${at.ordinal}`;
      const target = first.get(key);
      if (target !== undefined) return { kind: 'hard-link', of: kind, path, at, target };
      first.set(key, path);
      if (kind === 'other') return { kind, path, at };
      const sha256 = sums.get(path);
      if (sha256 === undefined) throw new HoldfastError('internal', 'a file without contents', { place: path });
      return { kind, path, at, sha256 };
    });
}

function withParents(entries: readonly ImageEntry[], isKept: (path: string) => boolean): ReadonlySet<string> {
  const kept = new Set(['/']);
  for (const { path } of entries) {
    if (!isKept(path)) continue;
    for (let at = path; !kept.has(at); at = at.slice(0, at.lastIndexOf('/')) || '/') kept.add(at);
  }
  return kept;
}
