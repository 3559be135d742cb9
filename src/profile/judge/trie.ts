import type { FileEntry } from '../model.ts';
import { isMatch, type Matcher, matcherOf, parsePathPattern, type Segment, type Token } from '../pattern/index.ts';

interface Glob {
  readonly matcher: Matcher;
  readonly node: Node;
}

/** What `**` is followed by. */
interface Deep {
  readonly tail: readonly Matcher[];
  readonly entry: FileEntry;
}

interface Node {
  readonly literals: Map<string, Node>;
  /** By the first character they begin with; −1: any. */
  readonly globs: Map<number, Glob[]>;
  readonly byText: Map<string, Node>;
  readonly deep: Deep[];
  entry: FileEntry | undefined;
}

function newNode(): Node {
  return { literals: new Map(), globs: new Map(), byText: new Map(), deep: [], entry: undefined };
}

/** Path patterns by segment: a look-up costs what the path is long, not how many patterns there are. */
export class PathTrie {
  private readonly root = newNode();

  add(entry: FileEntry): void {
    const segments = parsePathPattern(entry.pattern);
    let node = this.root;
    for (const [index, segment] of segments.entries()) {
      if ('deep' in segment) {
        node.deep.push({ tail: segments.slice(index + 1).map(tailOf), entry });
        return;
      }
      node = childOf(node, segment.tokens);
    }
    node.entry = entry;
  }

  /** The first entry whose pattern stands for the path and that is accepted. `path` is absolute and plain. */
  find(path: string, accept: (entry: FileEntry) => boolean): FileEntry | undefined {
    return search(this.root, path.slice(1).split('/'), 0, accept);
  }
}

function tailOf(segment: Segment): Matcher {
  return matcherOf('deep' in segment ? [] : segment.tokens);
}

function childOf(node: Node, tokens: readonly Token[]): Node {
  const literal = literalOf(tokens);
  if (literal !== undefined) {
    const child = node.literals.get(literal) ?? newNode();
    node.literals.set(literal, child);
    return child;
  }
  const text = JSON.stringify(tokens);
  const known = node.byText.get(text);
  if (known !== undefined) return known;
  const child = newNode();
  node.byText.set(text, child);
  const matcher = matcherOf(tokens);
  const first = matcher.prefix === '' ? -1 : matcher.prefix.charCodeAt(0);
  const globs = node.globs.get(first) ?? [];
  node.globs.set(first, globs);
  globs.push({ matcher, node: child });
  return child;
}

function literalOf(tokens: readonly Token[]): string | undefined {
  const [only] = tokens;
  return tokens.length === 1 && only !== undefined && 'literal' in only ? only.literal : undefined;
}

type Accept = (entry: FileEntry) => boolean;

function search(node: Node, segments: readonly string[], at: number, accept: Accept): FileEntry | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.entry !== undefined && accept(node.entry) ? node.entry : undefined;
  const child = node.literals.get(segment);
  const found = child === undefined ? undefined : search(child, segments, at + 1, accept);
  if (found !== undefined) return found;
  if (node.globs.size > 0) {
    const below =
      searchAll(node.globs.get(segment.charCodeAt(0)), segments, at, accept) ??
      searchAll(node.globs.get(-1), segments, at, accept);
    if (below !== undefined) return below;
  }
  for (const { tail, entry } of node.deep) if (endsWith(segments, at, tail) && accept(entry)) return entry;
  return undefined;
}

function searchAll(
  globs: readonly Glob[] | undefined,
  segments: readonly string[],
  at: number,
  accept: Accept,
): FileEntry | undefined {
  for (const { matcher, node } of globs ?? none) {
    if (!isMatch(matcher, segments[at] ?? '')) continue;
    const found = search(node, segments, at + 1, accept);
    if (found !== undefined) return found;
  }
  return undefined;
}

const none: readonly Glob[] = [];

/** `**` alone stands for one segment at least; before a tail, for none too. */
function endsWith(segments: readonly string[], at: number, tail: readonly Matcher[]): boolean {
  const begin = segments.length - tail.length;
  if (begin < at) return false;
  return tail.every((matcher, index) => isMatch(matcher, segments[begin + index] ?? ''));
}
