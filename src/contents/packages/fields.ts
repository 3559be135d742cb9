import { linesOf } from './text.ts';

/** One paragraph of `Key: value` lines (deb822, email headers). Keys in lower case; the first of two equal keys counts. */
export interface Paragraph {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
  /** Lines that are neither a field nor a continuation. */
  readonly strangeLines: number;
}

const field = /^([!-9;-~]+):[ \t]*(.*)$/;

/**
 * Cuts a text into paragraphs at blank lines and keeps the wanted fields (keys in lower case), continuation lines
 * joined by `\n`. Garbage yields paragraphs with `strangeLines`, never an exception.
 */
export function* paragraphsOf(text: string, wanted: ReadonlySet<string>): Generator<Paragraph> {
  let fields = new Map<string, string>();
  let strangeLines = 0;
  let line = 0;
  let start = 0;
  let current: string | undefined;
  for (const raw of linesOf(text)) {
    line++;
    if (raw.trim() === '') {
      if (start > 0) yield { line: start, fields, strangeLines };
      fields = new Map();
      strangeLines = 0;
      start = 0;
      current = undefined;
      continue;
    }
    if (start === 0) start = line;
    if (raw.startsWith(' ') || raw.startsWith('\t')) {
      if (current !== undefined) fields.set(current, `${fields.get(current) ?? ''}\n${raw.slice(1)}`);
      continue;
    }
    const match = field.exec(raw);
    const key = match?.[1]?.toLowerCase();
    current = undefined;
    if (key === undefined) strangeLines++;
    else if (wanted.has(key) && !fields.has(key)) {
      fields.set(key, match?.[2]?.trim() ?? '');
      current = key;
    }
  }
  if (start > 0) yield { line: start, fields, strangeLines };
}
