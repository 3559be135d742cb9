import { nameFromBytes } from '../name.ts';
import type { Problems } from './problems.ts';
import type { KeptFile } from './reader.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A kept file as text (a byte order mark is dropped), or undefined with the reason among the problems. Bytes that are not
 * UTF-8 become what `nameFromBytes` makes of them: a problem in a text, but not in a list of file names (`names`).
 */
export function textOf(file: KeptFile, problems: Problems, kind: 'text' | 'names' = 'text'): string | undefined {
  switch (file.content.kind) {
    case 'too-big':
      problems.add('package-too-big', file.path, `${file.size} bytes, at most ${file.content.bound} are read`);
      return undefined;
    case 'whole':
    case 'extract':
      try {
        return utf8.decode(file.content.bytes);
      } catch {
        if (kind === 'text') problems.add('package-encoding', file.path, 'not UTF-8');
        return nameFromBytes(file.content.bytes);
      }
    default:
      return file.content satisfies never;
  }
}

/** Lines without their ends (`\n` or `\r\n`); a last empty one is left out. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    yield text[end - 1] === '\r' && end > start ? text.slice(start, end - 1) : text.slice(start, end);
    start = end + 1;
  }
}

/** The directory a path lies in, `/` for those at the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The last component of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `path` seen from `directory`, with `.` and `..` resolved by spelling alone; never above `/`. */
export function resolvePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
