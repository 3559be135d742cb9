import type { ImageLink } from './model.ts';

/** Where each symlink leads. */
export type Links = ReadonlyMap<string, string>;

/** Symlinks Linux follows in one path (path_resolution(7)). */
const most = 40;

export function linksOf(links: readonly ImageLink[]): Links {
  return new Map(links.map((link) => [link.path, link.target]));
}

/**
 * The path a process in a container of the image gets to: symlinks in every component but the last are followed (with
 * `last: 'follow'` in that too), `.` and `..` taken away, `..` at the root stays there. What does not exist is taken as it
 * is spelled. Undefined when the path goes in a circle or through more symlinks than Linux follows.
 */
export function resolvePath(
  links: Links,
  path: string,
  options: {
    readonly last?: 'follow' | 'keep';
    /** Told of each symlink that is followed, by its own path; `isLast`: nothing of the path comes after it. */
    readonly passed?: (link: string, isLast: boolean) => void;
  } = {},
): string | undefined {
  const queue = path.split('/').toReversed();
  const done: string[] = [];
  let followed = 0;
  while (queue.length > 0) {
    const part = queue.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    const isLast = (): boolean => queue.every((rest) => rest === '');
    if (options.last !== 'follow' && isLast()) continue;
    const at = `/${done.join('/')}`;
    const target = links.get(at);
    if (target === undefined) continue;
    if (++followed > most) return undefined;
    options.passed?.(at, isLast());
    if (target.startsWith('/')) done.length = 0;
    else done.pop();
    queue.push(...target.split('/').toReversed());
  }
  return `/${done.join('/')}`;
}
