import { formatPattern, literalPattern } from '../pattern/index.ts';
import { argumentFinders, nameFinders } from './finders.ts';
import type { RuleName } from './rules.ts';
import { covering, spansOf } from './spans.ts';
import { addTo, newTally, type Tally } from './tally.ts';

const longest = 256;
const kept = 64;
/** Different argument lists one process may have before they are laid over one another. */
const manyLists = 8;
const manyCommands = 32;

const interpreters = /\/(?:sh|dash|bash|ash|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|node|php[\d.]*|env)$/;

/** Argument lists on their way: pattern as JSON → tally. */
export type ArgumentTable = Map<string, { readonly pattern: readonly string[]; readonly tally: Tally }>;

export function addArguments(
  table: ArgumentTable,
  argv: readonly string[],
  whole: boolean,
  seen: { readonly count: number; readonly runs: number },
): void {
  const parts = argv.map(argumentPattern);
  const pattern = [...parts.map((part) => part.pattern), ...(whole ? [] : ['**'])];
  const rules = new Set<RuleName>(parts.flatMap((part) => part.rules));
  if (!whole) rules.add('cut-arguments');
  put(table, pattern, { ...newTally(rules), ...seen });
}

function put(table: ArgumentTable, pattern: readonly string[], tally: Tally): void {
  const key = JSON.stringify(pattern);
  const row = table.get(key) ?? { pattern, tally: newTally() };
  table.set(key, row);
  addTo(row.tally, tally);
  for (const rule of tally.rules) row.tally.rules.add(rule);
}

const temporary = /(?:^|[=:,\s])\/(?:(?:var\/)?tmp|dev\/shm)\/(?:[^=:,\s]*\/)?$/;

/** One argument, part by part between `/`, `=`, `:`, `,` and white space. */
export function argumentPattern(text: string): { readonly pattern: string; readonly rules: readonly RuleName[] } {
  if (text.length > longest) {
    const head = text.slice(0, kept).toWellFormed();
    // Cut between the halves of a surrogate pair: one less.
    const begin = text.startsWith(head) ? head : text.slice(0, kept - 1);
    return { pattern: `${literalPattern(begin)}*`, rules: ['cut-arguments'] };
  }
  const parts = text.split(/([/=:,\s]+)/);
  const rules = new Set<RuleName>();
  const tokens = parts.flatMap((part, index) => {
    const afterProc = parts[index - 1] === '/' && parts[index - 2] === 'proc' && /^\d{1,20}$/.test(part);
    if (afterProc) {
      rules.add('process-ids');
      return [{ placeholder: '{n}' as const }];
    }
    // A name in a temporary place is one, whoever is told of it.
    const inside = index % 2 === 0 && temporary.test(parts.slice(0, index).join(''));
    const found = spansOf(part, inside ? nameFinders('temporary') : argumentFinders);
    for (const rule of found.rules) rules.add(rule);
    return found.tokens;
  });
  return covering(text, tokens, [...rules]);
}

/** Lists that differ only in numbers: what varies is a placeholder, what does not stays. */
export function varyingNumbers(table: ArgumentTable): void {
  const alike = new Map<string, { readonly pattern: readonly string[]; readonly tally: Tally }[]>();
  for (const row of table.values()) {
    const key = JSON.stringify(row.pattern.map((text, at) => (at > 0 && wholeNumber.test(text) ? 0 : text)));
    const rows = alike.get(key) ?? [];
    alike.set(key, rows);
    rows.push(row);
  }
  for (const rows of alike.values()) {
    const [first] = rows;
    if (first === undefined || rows.length < 3) continue;
    const pattern = first.pattern.map((text, at) => (rows.every((row) => row.pattern[at] === text) ? text : '{n}'));
    for (const row of rows) {
      table.delete(JSON.stringify(row.pattern));
      put(table, pattern, { ...row.tally, rules: new Set([...row.tally.rules, 'varying-numbers']) });
    }
  }
}

const wholeNumber = /^\d{1,20}$/;

/** Too many lists become few, wider ones. `path`: the program. */
export function boundArguments(table: ArgumentTable, path: string): void {
  const many = interpreters.test(path) ? manyCommands : manyLists;
  if (table.size <= many) return;
  const byLength = new Map<string, { readonly pattern: readonly string[]; readonly tally: Tally }[]>();
  for (const row of table.values()) {
    const key = `${row.pattern.length}${row.pattern.at(-1) === '**' ? ' **' : ''}`;
    const rows = byLength.get(key) ?? [];
    byLength.set(key, rows);
    rows.push(row);
  }
  table.clear();
  if (byLength.size > many) {
    const rows = [...byLength.values()].flat();
    const shortest = Math.min(...rows.map((row) => lengthOf(row.pattern)));
    const first = shortest === 0 ? [] : [laidOver(rows.map((row) => row.pattern[0] ?? ''))];
    putWide(table, [...first, '**'], rows);
    return;
  }
  for (const rows of byLength.values()) {
    const [one] = rows;
    if (one === undefined) continue;
    if (rows.length === 1) put(table, one.pattern, one.tally);
    else
      putWide(
        table,
        one.pattern.map((_, at) => laidOver(rows.map((row) => row.pattern[at] ?? ''))),
        rows,
      );
  }
}

function lengthOf(pattern: readonly string[]): number {
  return pattern.at(-1) === '**' ? pattern.length - 1 : pattern.length;
}

function putWide(table: ArgumentTable, pattern: readonly string[], rows: readonly { readonly tally: Tally }[]): void {
  for (const { tally } of rows) put(table, pattern, { ...tally, rules: new Set([...tally.rules, 'many-arguments']) });
}

/** The one pattern, or the whole words that all of them begin with and `*`. Only whole literal characters are kept. */
function laidOver(patterns: readonly string[]): string {
  const [first = ''] = patterns;
  if (patterns.every((one) => one === first)) return first;
  let at = 0;
  while (at < first.length && patterns.every((one) => one[at] === first[at])) at++;
  const begin = /^(?:[^\\*{]|\\[\\*{])*/.exec(first.slice(0, at))?.[0] ?? '';
  // Half of a name is nobody's: the next file of the directory begins otherwise.
  const whole = /^.*[/=:,\s]/s.exec(begin)?.[0] ?? '';
  return `${whole}${formatPattern([{ placeholder: '*' }])}`;
}
