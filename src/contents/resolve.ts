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
  options: { readonly last?: 'follow' | 'keep' } = {},
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
    const isLast = options.last !== 'follow' && queue.every((rest) => rest === '');
    const target = isLast ? undefined : links.get(`/${done.join('/')}`);
    if (target === undefined) continue;
    if (++followed > most) return undefined;
    if (target.startsWith('/')) done.length = 0;
    else done.pop();
    queue.push(...target.split('/').toReversed());
  }
  return `/${done.join('/')}`;
}
