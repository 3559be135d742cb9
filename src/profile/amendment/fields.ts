import type { HoldfastError } from '../../errors/index.ts';

export type Fields = ReadonlyMap<string, string | readonly string[]>;

/** `VERB name=value …`: a value is plain where it can be, else JSON: a text or a list of texts. */
export function formatFields(verb: string, fields: Readonly<Record<string, string | readonly string[]>>): string {
  const parts = Object.entries(fields).map(([name, value]) => {
    const plain = typeof value === 'string' && /^[^\s"[\]\p{C}]+$/u.test(value);
    return `${name}=${plain ? value : JSON.stringify(value)}`;
  });
  return [verb, ...parts].join(' ');
}

/** The end of the JSON text or list that begins at `at`; -1 where there is none. */
function endOfJson(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    const char = text[end];
    if (char === '"') {
      end++;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    } else if (char === '[') depth++;
    else if (char === ']') depth--;
    if (depth === 0) return end + 1;
  }
  return -1;
}

function valueOf(json: string): string | readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value;
    return undefined;
  } catch {
    return undefined;
  }
}

/** @throws what `refuse` makes */
export function parseFields(
  line: string,
  refuse: (message: string) => HoldfastError,
): { readonly verb: string; readonly fields: Fields } {
  const [verb = ''] = line.split(' ', 1);
  const fields = new Map<string, string | readonly string[]>();
  let at = verb.length;
  while (at < line.length) {
    const name = /^ ([a-z]+)=/.exec(line.slice(at, at + 32))?.[1];
    if (name === undefined) throw refuse('not name=value, with one space before');
    if (fields.has(name)) throw refuse(`${name} stands twice`);
    const start = at + name.length + 2;
    const quoted = line[start] === '"' || line[start] === '[';
    const space = line.indexOf(' ', start);
    const end = quoted ? endOfJson(line, start) : space < 0 ? line.length : space;
    if (end <= start) throw refuse(`${name} has no value`);
    const value = quoted ? valueOf(line.slice(start, end)) : line.slice(start, end);
    if (value === undefined) throw refuse(`${name} is neither a text nor a list of texts`);
    fields.set(name, value);
    at = end;
  }
  return { verb, fields };
}
