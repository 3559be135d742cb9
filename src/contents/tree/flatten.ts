import type { ImageLink } from '../model.ts';
import type { DirectoryNode, FileNode } from './node.ts';

/** A regular file that survived, and the node that holds its bytes. */
export interface FlatFile {
  readonly path: string;
  readonly node: FileNode;
}

export interface Flattened {
  readonly files: readonly FlatFile[];
  readonly links: readonly ImageLink[];
}

export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** The tree as sorted lists. Code units decide the order, so that it is the same everywhere. */
export function flattenTree(root: DirectoryNode): Flattened {
  const files: FlatFile[] = [];
  const links: ImageLink[] = [];
  const work: { readonly directory: DirectoryNode; readonly path: string }[] = [{ directory: root, path: '' }];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    for (const [name, node] of at.directory.children) {
      const path = `${at.path}/${name}`;
      if (node.kind === 'file') files.push({ path, node });
      else if (node.kind === 'link') links.push({ path, target: node.target, layer: node.layer });
      else if (node.kind === 'directory') work.push({ directory: node, path });
    }
  }
  return { files: files.sort(byPath), links: links.sort(byPath) };
}
