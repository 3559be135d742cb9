import { HoldfastError } from '../../errors/index.ts';
import type { ContentsLimits } from '../limits.ts';
import type { ImageProblem } from '../model.ts';
import { type DirectoryNode, directoryNode, type ElsewhereNode, type TreeNode } from './node.ts';
import { followDirectories, lookUp } from './walk.ts';

/** A hostile image must not fill the memory with them. */
const mostProblems = 1000;

interface Pair {
  readonly lower: DirectoryNode;
  readonly upper: DirectoryNode;
  readonly path: string;
}

/**
 * Lays one layer over what lies below, as overlayfs shows it: directories merge unless the upper is opaque, everything else
 * replaces or hides. `below` is changed; the layer's own tree is not to be used afterwards.
 * @throws HoldfastError `tar-link` for a hard link to what no layer has
 */
export function mergeLayer(
  below: DirectoryNode,
  layer: DirectoryNode,
  limits: ContentsLimits,
  problems: ImageProblem[],
): void {
  // Hard links mean the files as they were before this layer, so all are looked up first.
  const resolved = resolveElsewhere(below, layer, limits);
  below.entry = layer.entry ?? below.entry;
  const work: Pair[] = [{ lower: below, upper: layer, path: '' }];
  for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
    for (const [name, node] of pair.upper.children) {
      const path = `${pair.path}/${name}`;
      const present = pair.lower.children.get(name);
      if (node.kind === 'whiteout') pair.lower.children.delete(name);
      else if (node.kind === 'elsewhere') {
        const target = resolved.get(node);
        if (target === undefined) throw new HoldfastError('internal', 'a hard link that was not looked up');
        pair.lower.children.set(name, target);
      } else if (node.kind !== 'directory') pair.lower.children.set(name, node);
      else {
        const merges = present?.kind === 'directory' && !node.opaque;
        const lower = merges ? present : directoryNode(node.implied);
        lower.entry = node.entry ?? lower.entry;
        if (!merges) pair.lower.children.set(name, lower);
        if (present?.kind === 'link' && node.implied && problems.length < mostProblems)
          problems.push(throughLink(path));
        work.push({ lower, upper: node, path });
      }
    }
  }
}

function throughLink(path: string): ImageProblem {
  const message =
    'a layer writes below a symlink of a lower layer: overlayfs puts a directory in its place, some tools follow it';
  return { place: path, code: 'layer-ambiguous', message };
}

function resolveElsewhere(
  below: DirectoryNode,
  layer: DirectoryNode,
  limits: ContentsLimits,
): ReadonlyMap<ElsewhereNode, TreeNode> {
  const found = new Map<ElsewhereNode, TreeNode>();
  const work: DirectoryNode[] = [layer];
  for (let directory = work.pop(); directory !== undefined; directory = work.pop()) {
    for (const node of directory.children.values()) {
      if (node.kind === 'directory') work.push(node);
      else if (node.kind === 'elsewhere' && !found.has(node)) found.set(node, targetOf(below, node, limits));
    }
  }
  return found;
}

function targetOf(below: DirectoryNode, node: ElsewhereNode, limits: ContentsLimits): TreeNode {
  const base = node.target.at(-1) ?? '';
  const target = lookUp(below, [...followDirectories(below, node.target.slice(0, -1), limits, node.place), base]);
  if (target === undefined || target.kind === 'directory') {
    const what = target === undefined ? 'to what no layer below has' : 'to a directory';
    throw new HoldfastError('tar-link', `a hard link ${what}`, { place: node.place });
  }
  return target;
}
