import { profileLimits } from '../limits.ts';
import { formatPattern, isMatch, matcherOf, type Placeholder, parsePattern, type Token } from '../pattern/index.ts';
import type { RuleName } from './rules.ts';

/** Text with what changes in it taken out, and by which rules. */
export interface Generalised {
  readonly pattern: string;
  readonly rules: readonly RuleName[];
}

/** Finds in literal text what a placeholder may stand for. `expression` is global; `accept` looks at each find again. */
export interface Finder {
  readonly rule: RuleName;
  readonly expression: RegExp;
  readonly placeholder: Placeholder;
  readonly accept?: (found: string) => boolean;
  /** Only right behind this placeholder. */
  readonly after?: Placeholder;
}

/** The tokens of a text, each finder having had its turn with what the earlier ones left. */
export function spansOf(
  text: string,
  finders: readonly Finder[],
): { readonly tokens: readonly Token[]; readonly rules: readonly RuleName[] } {
  let tokens: readonly Token[] = text === '' ? [] : [{ literal: text }];
  const used = new Set<RuleName>();
  for (const finder of finders) {
    const next = tokens.flatMap((token, index) => {
      if (!('literal' in token)) return [token];
      const before = tokens[index - 1];
      const follows = before !== undefined && 'placeholder' in before && before.placeholder === finder.after;
      return finder.after !== undefined && !follows ? [token] : cut(token.literal, finder);
    });
    if (next.length > tokens.length || next.some((one, index) => one !== tokens[index] && 'placeholder' in one))
      used.add(finder.rule);
    tokens = next;
  }
  return { tokens, rules: [...used] };
}

/** A rule that does not cover what it was made from would be wrong: then the text stands for itself. */
export function generalised(text: string, finders: readonly Finder[]): Generalised {
  const { tokens, rules } = spansOf(text, finders);
  return covering(text, tokens, rules);
}

export function covering(text: string, tokens: readonly Token[], rules: readonly RuleName[]): Generalised {
  const many = tokens.filter((one) => 'placeholder' in one).length > profileLimits.placeholders;
  const pattern = formatPattern(tokens);
  if (!many && rules.length > 0 && isMatch(matcherOf(parsePattern(pattern)), text)) return { pattern, rules };
  return { pattern: formatPattern(text === '' ? [] : [{ literal: text }]), rules: [] };
}

function cut(text: string, { expression, placeholder, accept }: Finder): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(expression)) {
    const [found] = match;
    if (found === '' || accept?.(found) === false) continue;
    if (match.index > at) tokens.push({ literal: text.slice(at, match.index) });
    tokens.push({ placeholder });
    at = match.index + found.length;
  }
  if (at < text.length) tokens.push({ literal: text.slice(at) });
  return tokens;
}
