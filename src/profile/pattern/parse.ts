import { HoldfastError } from '../../errors/index.ts';
import { profileLimits } from '../limits.ts';
import { type Placeholder, placeholders } from './placeholder.ts';

/** Literal text, or a placeholder. */
export type Token = { readonly literal: string } | { readonly placeholder: Placeholder };

/**
 * The tokens of one segment or argument. `\`, `*` and `{` as themselves are written with `\` before them.
 * @throws HoldfastError `profile-malformed`: a placeholder that is none, or too many
 */
export function parsePattern(text: string): readonly Token[] {
  if (!isPattern(text)) return text === '' ? [] : [{ literal: text }];
  const tokens: Token[] = [];
  let literal = '';
  let at = 0;
  const put = (placeholder: Placeholder): void => {
    if (literal !== '') tokens.push({ literal });
    literal = '';
    const before = tokens.at(-1);
    if (placeholder === '*' && before !== undefined && 'placeholder' in before && before.placeholder === '*')
      throw malformed('two `*` side by side', text);
    tokens.push({ placeholder });
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '\\') {
      const next = text.charAt(at + 1);
      if (next !== '\\' && next !== '*' && next !== '{') throw malformed('`\\` before what needs none', text);
      literal += next;
      at += 2;
    } else if (char === '*') {
      put('*');
      at++;
    } else if (char === '{') {
      const end = text.indexOf('}', at);
      const found = placeholders.find((one) => one === text.slice(at, end + 1));
      if (end < 0 || found === undefined) throw malformed('not a placeholder', text);
      put(found);
      at = end + 1;
    } else {
      literal += char;
      at++;
    }
  }
  if (literal !== '') tokens.push({ literal });
  if (tokens.filter((one) => 'placeholder' in one).length > profileLimits.placeholders)
    throw malformed(`more than ${profileLimits.placeholders} placeholders`, text);
  return tokens;
}

/** Whether the text says anything but itself. */
export function isPattern(text: string): boolean {
  return text.includes('*') || text.includes('{') || text.includes('\\');
}

export function hasPlaceholder(text: string): boolean {
  return isPattern(text) && parsePattern(text.replaceAll('**', '*')).some((one) => 'placeholder' in one);
}

/** Text as a pattern that stands for itself only. */
export function literalPattern(text: string): string {
  return isPattern(text) ? text.replaceAll(/[\\*{]/g, (char) => `\\${char}`) : text;
}

export function formatPattern(tokens: readonly Token[]): string {
  return tokens.map((one) => ('literal' in one ? literalPattern(one.literal) : one.placeholder)).join('');
}

function malformed(message: string, text: string): HoldfastError {
  return new HoldfastError('profile-malformed', `${message}: ${JSON.stringify(text.slice(0, 200))}`, {
    place: 'pattern',
  });
}
