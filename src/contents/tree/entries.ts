import { byPath } from './flatten.ts';
import type { DirectoryNode, EntryPlace } from './node.ts';

/** Something of the flattened image and the entry of a layer that made it. Hard links are one entry under several paths. */
export interface ImageEntry {
  /** `/` is the root itself. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Undefined: no entry made it, a directory that only stands in the path of another. */
  readonly entry: EntryPlace | undefined;
}

/** Everything in the tree, directories and devices too, sorted by path. */
export function entriesOf(root: DirectoryNode): readonly ImageEntry[] {
  const found: ImageEntry[] = [{ path: '/', kind: 'directory', entry: root.entry }];
  const work: { readonly directory: DirectoryNode; readonly path: string }[] = [{ directory: root, path: '' }];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    for (const [name, node] of at.directory.children) {
      const path = `${at.path}/${name}`;
      if (node.kind === 'directory') {
        found.push({ path, kind: 'directory', entry: node.entry });
        work.push({ directory: node, path });
      } else if (node.kind !== 'whiteout' && node.kind !== 'elsewhere') {
        found.push({ path, kind: node.kind, entry: { layer: node.layer, ordinal: node.ordinal } });
      }
    }
  }
  return found.sort(byPath);
}
