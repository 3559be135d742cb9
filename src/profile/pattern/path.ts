import { HoldfastError } from '../../errors/index.ts';
import { profileLimits } from '../limits.ts';
import { isPattern, literalPattern, parsePattern, type Token } from './parse.ts';

const slash = 47;
const dot = 46;

/** A segment of a path pattern; `deep` stands for any number of segments: at the end for at least one. */
export type Segment = { readonly deep: true } | { readonly tokens: readonly Token[] };

/**
 * The segments of a path pattern: absolute, no `.` or `..`, `**` at most once.
 * @throws HoldfastError `profile-malformed`
 */
export function parsePathPattern(text: string): readonly Segment[] {
  if (!text.startsWith('/') || text.length > profileLimits.text) throw malformed('not an absolute path', text);
  const parts = text.slice(1).split('/');
  if (parts.length > profileLimits.segments) throw malformed('too many segments', text);
  let deep = 0;
  const segments = parts.map((part): Segment => {
    if (part === '' || part === '.' || part === '..') throw malformed('an empty segment, `.` or `..`', text);
    if (part !== '**') return { tokens: parsePattern(part) };
    deep++;
    return { deep: true };
  });
  if (deep > 1) throw malformed('`**` twice', text);
  return segments;
}

/** Whether a path pattern holds a placeholder. */
export function isWild(pattern: string): boolean {
  return (
    isPattern(pattern) &&
    parsePathPattern(pattern).some((one) => 'deep' in one || one.tokens.some((token) => 'placeholder' in token))
  );
}

/** The one path that a pattern without placeholders stands for. */
export function literalPath(pattern: string): string {
  if (!isPattern(pattern)) return pattern;
  const parts = parsePathPattern(pattern).map((segment) =>
    'deep' in segment ? '**' : segment.tokens.map((token) => ('literal' in token ? token.literal : '')).join(''),
  );
  return `/${parts.join('/')}`;
}

/** A path as the pattern that stands for itself only. */
export function pathPattern(path: string): string {
  return literalPattern(path);
}

/** A plain absolute path: what a program's, an alias' and a parent's has to be. */
export function isPlainPath(path: string): path is `/${string}` {
  if (path.charCodeAt(0) !== slash || path.length > profileLimits.text) return false;
  let begin = 1;
  let segments = 0;
  for (let at = 1; at <= path.length; at++) {
    const code = at === path.length ? slash : path.charCodeAt(at);
    if (code === 0) return false;
    if (code !== slash) continue;
    const length = at - begin;
    const dots = length <= 2 && path.charCodeAt(begin) === dot && path.charCodeAt(at - 1) === dot;
    if (length === 0 || dots || ++segments > profileLimits.segments) return false;
    begin = at + 1;
  }
  return true;
}

/** `/a/b` → `/a`; `/a` → `/`. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function malformed(message: string, text: string): HoldfastError {
  return new HoldfastError('profile-malformed', `${message}: ${JSON.stringify(text.slice(0, 200))}`, {
    place: 'path pattern',
  });
}
