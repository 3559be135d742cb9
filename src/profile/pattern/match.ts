import type { Token } from './parse.ts';
import { endsOf, isWhole, type Placeholder } from './placeholder.ts';

/** A pattern made ready: what can be told by a glance at both ends comes first. */
export interface Matcher {
  readonly tokens: readonly Token[];
  /** Literal text it begins and ends with. */
  readonly prefix: string;
  readonly suffix: string;
  /** The only placeholder there is, between the two. */
  readonly only: Placeholder | undefined;
}

/** `tokens` as `parsePattern` gives them: no two literals side by side. */
export function matcherOf(tokens: readonly Token[]): Matcher {
  const [first, last] = [tokens[0], tokens.at(-1)];
  const found = tokens.flatMap((one) => ('placeholder' in one ? [one.placeholder] : []));
  return {
    tokens,
    prefix: first !== undefined && 'literal' in first ? first.literal : '',
    suffix: last !== undefined && 'literal' in last ? last.literal : '',
    only: found.length === 1 ? found[0] : undefined,
  };
}

/** Whether the whole text is one the pattern stands for. */
export function isMatch({ tokens, prefix, suffix, only }: Matcher, text: string): boolean {
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  if (only !== undefined) {
    const end = text.length - suffix.length;
    return end >= prefix.length && isWhole(only, text, prefix.length, end);
  }
  if (tokens.length === 1) return text.length === prefix.length;
  return isMatchOf(tokens, text);
}

/** No backtracking without end: each token is tried once at each place. */
function isMatchOf(tokens: readonly Token[], text: string): boolean {
  const failed = new Set<number>();
  /** From where on the text after each `*` was tried. */
  const stars = new Map<number, number>();
  return from(0, 0);

  function from(index: number, at: number): boolean {
    const token = tokens[index];
    if (token === undefined) return at === text.length;
    if ('literal' in token) return text.startsWith(token.literal, at) && from(index + 1, at + token.literal.length);
    if (token.placeholder === '*') return star(index, at);
    const state = index * 65_536 + at;
    if (failed.has(state)) return false;
    for (const end of endsOf[token.placeholder](text, at)) if (from(index + 1, end)) return true;
    failed.add(state);
    return false;
  }

  function star(index: number, at: number): boolean {
    if (index === tokens.length - 1) return true;
    const tried = stars.get(index) ?? text.length + 1;
    stars.set(index, Math.min(at, tried));
    for (let end = at; end < tried; end++) if (from(index + 1, end)) return true;
    return false;
  }
}
