import { HoldfastError } from '../../errors/index.ts';
import type { DirectoryNode, TreeNode } from './node.ts';

interface Step {
  readonly name: string;
  readonly node: TreeNode | undefined;
}

/**
 * Follows the symlinks of a tree in a path of directories, without leaving its root; what isn't there is passed as spelled.
 * @throws HoldfastError `tar-limit-links`, `tar-limit-depth`
 */
export function followDirectories(
  root: DirectoryNode,
  parts: readonly string[],
  limits: { readonly links: number; readonly depth: number },
  place: string,
): readonly string[] {
  const queue = parts.toReversed();
  const steps: Step[] = [];
  let followed = 0;
  while (queue.length > 0) {
    const part = queue.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      steps.pop();
      continue;
    }
    const above = steps.length === 0 ? root : steps.at(-1)?.node;
    const node = above?.kind === 'directory' ? above.children.get(part) : undefined;
    if (node?.kind !== 'link') {
      steps.push({ name: part, node });
      if (steps.length > limits.depth)
        throw new HoldfastError('tar-limit-depth', `more than ${limits.depth} directories deep`, { place });
      continue;
    }
    if (++followed > limits.links)
      throw new HoldfastError('tar-limit-links', 'too many symlinks in the path', { place });
    if (node.target.startsWith('/')) steps.length = 0;
    for (const piece of node.target.split('/').toReversed()) queue.push(piece);
  }
  return steps.map((step) => step.name);
}

export function lookUp(root: DirectoryNode, parts: readonly string[]): TreeNode | undefined {
  let at: TreeNode | undefined = root;
  for (const part of parts) {
    if (at?.kind !== 'directory') return undefined;
    at = at.children.get(part);
  }
  return at;
}
