import type { Problems } from './problems.ts';
import { linesOf } from './text.ts';

/** `info/NAME.list`: an absolute path a line, directories among them. */
export function readList(text: string): readonly string[] {
  return [...linesOf(text)].filter((line) => line.startsWith('/') && line !== '/.');
}

/** `NAME.md5sums`: `digest  path` a line, the path relative to `/`; configuration files are not in it. */
export function readMd5sums(text: string): readonly string[] {
  const paths: string[] = [];
  for (const line of linesOf(text)) {
    const match = /^(\\?)[0-9a-f]{32} [ *](?:\.\/|\/)?(.+)$/.exec(line);
    if (match?.[2] === undefined) continue;
    const path = match[1] === '' ? match[2] : match[2].replace(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
    paths.push(`/${path}`);
  }
  return paths;
}

/** A diversion: whoever ships `from`, but for `by`, finds its file at `to`. `by` is undefined for one made by hand. */
export interface Diversion {
  readonly to: string;
  readonly by: string | undefined;
}

/** `/var/lib/dpkg/diversions`: from, to and package on three lines, `:` for none. See dpkg-divert(1). */
export function readDiversions(text: string, place: string, problems: Problems): ReadonlyMap<string, Diversion> {
  const lines = [...linesOf(text)];
  const diversions = new Map<string, Diversion>();
  for (let at = 0; at < lines.length; at += 3) {
    const [from, to, by] = lines.slice(at, at + 3);
    if (from?.startsWith('/') !== true || to?.startsWith('/') !== true || by === undefined || by === '') {
      problems.add('dpkg-diversions', `${place}:${at + 1}`, 'not a path, a path and a package');
      break;
    }
    diversions.set(from, { to, by: by === ':' ? undefined : by });
  }
  return diversions;
}

/** Where the files of a package really lie. */
export function divert(
  paths: readonly string[],
  name: string,
  diversions: ReadonlyMap<string, Diversion>,
): readonly string[] {
  if (diversions.size === 0) return paths;
  return paths.map((path) => {
    const diversion = diversions.get(path);
    return diversion === undefined || diversion.by === name ? path : diversion.to;
  });
}
