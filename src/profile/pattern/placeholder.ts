/** What a placeholder stands for; a closed list. `*` is any text within one path segment or argument, also none. */
export type Placeholder =
  | '*'
  | '{n}'
  | '{hex}'
  | '{rnd}'
  | '{uuid}'
  | '{date}'
  | '{time}'
  | '{ver}'
  | '{ip}'
  | '{pod}'
  | '{rot}';

type CharTest = (code: number) => boolean;

const digit: CharTest = (c) => c >= 48 && c <= 57;
const lower: CharTest = (c) => c >= 97 && c <= 122;
const upper: CharTest = (c) => c >= 65 && c <= 90;
const hex: CharTest = (c) => digit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
const word: CharTest = (c) => digit(c) || lower(c) || upper(c) || c === 95;
const pod: CharTest = (c) => digit(c) || lower(c);
const separator: CharTest = (c) => c === 45 || c === 95 || c === 46 || c === 58;

/** The placeholder's longest run from `at`, no longer than `most`. */
function run(text: string, at: number, test: CharTest, most: number): number {
  const end = Math.min(text.length, at + most);
  let to = at;
  while (to < end && test(text.charCodeAt(to))) to++;
  return to;
}

/** All places from `least` characters on up to the end of the run. */
function between(text: string, at: number, test: CharTest, least: number, most: number): readonly number[] {
  const end = run(text, at, test, most);
  const ends: number[] = [];
  for (let to = end; to >= at + least; to--) ends.push(to);
  return ends;
}

/** `widths` of digits one after another, with the same separator between all of them or none. */
function digitGroups(text: string, at: number, widths: readonly number[]): number | undefined {
  let to = at;
  let mark = '';
  for (const [index, width] of widths.entries()) {
    if (index > 0 && separator(text.charCodeAt(to))) {
      if (index > 1 && mark !== text[to]) return undefined;
      mark = text[to] ?? '';
      to++;
    } else if (index > 1 && mark !== '') return undefined;
    if (run(text, to, digit, width) !== to + width) return undefined;
    to += width;
  }
  return to;
}

function only(...ends: readonly (number | undefined)[]): readonly number[] {
  return ends.filter((end) => end !== undefined);
}

function uuid(text: string, at: number): readonly number[] {
  let to = at;
  for (const [index, width] of [8, 4, 4, 4, 12].entries()) {
    if (index > 0 && text.charCodeAt(to++) !== 45) return [];
    if (run(text, to, hex, width) !== to + width) return [];
    to += width;
  }
  return [to];
}

/** `1.2`, `1.22.3`: two to eight numbers. */
function version(text: string, at: number): readonly number[] {
  const ends: number[] = [];
  let to = run(text, at, digit, 20);
  if (to === at) return ends;
  for (let parts = 1; parts < 8 && text.charCodeAt(to) === 46; parts++) {
    const next = run(text, to + 1, digit, 20);
    if (next === to + 1) break;
    for (let end = to + 2; end <= next; end++) ends.push(end);
    to = next;
  }
  return ends.toReversed();
}

/** Dotted, each part at most 255. */
function address(text: string, at: number): readonly number[] {
  let starts: readonly number[] = [at];
  for (let part = 0; part < 4; part++) {
    const ends = starts.flatMap((start) =>
      between(text, start, digit, 1, 3).filter((end) => Number(text.slice(start, end)) <= 255),
    );
    if (part === 3) return ends;
    starts = ends.filter((end) => text.charCodeAt(end) === 46).map((end) => end + 1);
  }
  return [];
}

function podSuffix(text: string, at: number): readonly number[] {
  return between(text, at, pod, 5, 10).flatMap((end) => {
    const second = text.charCodeAt(end) === 45 ? run(text, end + 1, pod, 5) : end;
    return second === end + 6 ? [second, end] : [end];
  });
}

/** Nothing, `.1`, `-20261124`, `.2026-11-24`, `.old`; each also compressed. */
function rotation(text: string, at: number): readonly number[] {
  const mark = text.charCodeAt(at);
  const ends: number[] = [at];
  if (mark === 46) {
    ends.push(...between(text, at + 1, digit, 1, 4));
    if (text.startsWith('.old', at)) ends.push(at + 4);
  }
  if (mark === 46 || mark === 45) ends.push(...only(digitGroups(text, at + 1, [4, 2, 2])));
  const compressed = ends.flatMap((end) =>
    ['.gz', '.xz', '.zst', '.bz2'].filter((one) => text.startsWith(one, end)).map((one) => end + one.length),
  );
  return [...compressed, ...ends];
}

interface Run {
  readonly test: CharTest;
  readonly least: number;
  readonly most: number;
}

/** Placeholders that are so many characters of one kind. */
const runs = {
  '{n}': { test: digit, least: 1, most: 20 },
  '{hex}': { test: hex, least: 1, most: 128 },
  '{rnd}': { test: word, least: 6, most: 64 },
} as const satisfies Partial<Record<Placeholder, Run>>;

function betweenRun(text: string, at: number, { test, least, most }: Run): readonly number[] {
  return between(text, at, test, least, most);
}

/** Where text that the placeholder stands for may end, when it begins at `at`. `*` is not asked: it may end anywhere. */
export const endsOf: Readonly<Record<Exclude<Placeholder, '*'>, (text: string, at: number) => readonly number[]>> = {
  '{n}': (text, at) => betweenRun(text, at, runs['{n}']),
  '{hex}': (text, at) => betweenRun(text, at, runs['{hex}']),
  '{rnd}': (text, at) => betweenRun(text, at, runs['{rnd}']),
  '{uuid}': uuid,
  '{date}': (text, at) => only(digitGroups(text, at, [4, 2, 2])),
  '{time}': (text, at) => only(digitGroups(text, at, [2, 2, 2]), digitGroups(text, at, [2, 2])),
  '{ver}': version,
  '{ip}': address,
  '{pod}': podSuffix,
  '{rot}': rotation,
};

function isRun(placeholder: Placeholder): placeholder is keyof typeof runs {
  return Object.hasOwn(runs, placeholder);
}

/** Whether the placeholder stands for just the text from `at` to `end`. */
export function isWhole(placeholder: Placeholder, text: string, at: number, end: number): boolean {
  if (placeholder === '*') return end >= at;
  const plain = isRun(placeholder) ? runs[placeholder] : undefined;
  if (plain === undefined) return endsOf[placeholder](text, at).includes(end);
  if (end - at < plain.least || end - at > plain.most) return false;
  for (let to = at; to < end; to++) if (!plain.test(text.charCodeAt(to))) return false;
  return true;
}

export const placeholders = ['*', ...Object.keys(endsOf)] as readonly Placeholder[];
