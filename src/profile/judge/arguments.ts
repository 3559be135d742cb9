import type { ArgumentEntry } from '../model.ts';
import { hasPlaceholder, isMatch, type Matcher, matcherOf, parsePattern, type Token } from '../pattern/index.ts';

interface Pattern {
  readonly elements: readonly Matcher[];
  /** More may follow. */
  readonly open: boolean;
}

/** The argument lists of one process entry: those without placeholders by hash, the others one after another. */
export interface ArgumentLists {
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly Pattern[];
}

export function compileArguments(entries: readonly Pick<ArgumentEntry, 'pattern'>[]): ArgumentLists {
  const exact = new Set<string>();
  const patterns: Pattern[] = [];
  for (const { pattern } of entries) {
    const open = pattern.at(-1) === '**';
    const texts = open ? pattern.slice(0, -1) : pattern;
    if (!open && !texts.some(hasPlaceholder)) exact.add(keyOf(texts.map(literalText)));
    else patterns.push({ elements: texts.map((one) => matcherOf(parsePattern(one))), open });
  }
  return { exact, patterns };
}

export function allowsArguments({ exact, patterns }: ArgumentLists, argv: readonly string[], whole: boolean): boolean {
  if (whole && exact.has(keyOf(argv))) return true;
  return patterns.some(({ elements, open }) => {
    // Of what was cut only the beginning can be compared: then only what allows any end allows it.
    if (open ? argv.length < elements.length : !whole || argv.length !== elements.length) return false;
    return elements.every((matcher, index) => isMatch(matcher, argv[index] ?? ''));
  });
}

/** No argument holds a NUL. */
function keyOf(argv: readonly string[]): string {
  return `${argv.length}\0${argv.join('\0')}`;
}

function literalText(pattern: string): string {
  return parsePattern(pattern)
    .map((token: Token) => ('literal' in token ? token.literal : ''))
    .join('');
}
