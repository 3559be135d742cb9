import { access } from '../model.ts';
import { directoryOf, parsePattern } from '../pattern/index.ts';
import { type FileTable, isBelow, widen } from './file-table.ts';

const manyNames = 8;
const manyDirectories = 4;

/** Places of programs, configuration, secrets and the system, and those that are nobody's: never taken as data. */
const never =
  /^\/$|^\/(?:bin|boot|dev|etc|home|lib[^/]*|opt|proc|root|run|sbin|srv|sys|usr|var)$|^\/(?:bin|boot|etc|lib[^/]*|proc|root|run|sbin|sys|usr)\/|^\/var\/run\/|^\/home\/[^/]+$|^\/var\/(?:lib|cache|spool|log|run)$|^\/dev\/(?!shm$|shm\/)/;

/** Directories that programs fill, or read through, as they like; and reading where they write. */
export function dataDirectories(table: FileTable): void {
  const written = [...table].filter(([, row]) => (row.access & access.write) !== 0 && !row.ofImage);
  const passing = written.filter(([pattern, row]) => !row.imageOnly && isPassing(pattern));
  const directories = new Set(passing.map(([pattern]) => directoryOf(pattern)));
  crowded(
    table,
    written.map(([pattern]) => pattern),
    access.read | access.write,
  );
  const read = [...table].filter(([, row]) => row.access === access.read && !row.ofImage && !row.imageOnly);
  crowded(
    table,
    read.map(([pattern]) => pattern),
    access.read,
  );
  for (const directory of [...directories].sort()) ownDirectory(table, directory);
}

/** A name under which a file is written before it gets its own: temporary, or drawn. */
function isPassing(pattern: string): boolean {
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (name === '**') return false;
  const drawn = parsePattern(name).some((one) => 'placeholder' in one && one.placeholder !== '{rot}');
  return drawn || /\.(?:tmp|temp|new|part)$|^te?mp[-_.]/.test(name);
}

/** Widens directories that hold many of these names. */
function crowded(table: FileTable, patterns: readonly string[], least: number): void {
  const below = new Map<string, Set<string>>();
  const directly = new Map<string, Set<string>>();
  for (const pattern of patterns) {
    let child = pattern;
    for (let at = directoryOf(pattern); at !== '/'; child = at, at = directoryOf(at)) {
      const into = child === pattern ? directly : below;
      const names = into.get(at) ?? new Set<string>();
      into.set(at, names);
      names.add(child);
    }
  }
  const deep = [...below].filter(([at, names]) => names.size >= manyDirectories && isFree(at)).map(([at]) => at);
  const outermost = deep.filter((one) => !deep.some((other) => isBelow(one, other)));
  for (const directory of outermost.sort()) absorb(table, `${directory}/**`, least, (one) => isBelow(one, directory));
  const wide = [...directly].filter(
    ([at, names]) => names.size >= manyNames && isFree(at) && !outermost.some((one) => one === at || isBelow(at, one)),
  );
  for (const [directory] of wide.sort(([a], [b]) => (a < b ? -1 : 1)))
    absorb(table, `${directory}/*`, least, (one) => directoryOf(one) === directory && !one.endsWith('/**'));
}

/** No place of somebody else, and no pattern that stands for one. */
function isFree(directory: string): boolean {
  return !never.test(directory) && !directory.includes('**');
}

/** Takes in what allows no more than `least`, and no code. */
function absorb(table: FileTable, pattern: string, least: number, holds: (pattern: string) => boolean): void {
  const rows = [...table]
    .filter(([one, row]) => one !== pattern && holds(one) && (row.access & ~least) === 0)
    .map(([one]) => one);
  widen(table, { pattern, rule: 'data-directory', access: least, imageOnly: false }, rows);
}

/** Reading all in a directory that the container writes in. */
function ownDirectory(table: FileTable, directory: string): void {
  if (!isFree(directory)) return;
  const wider = [...table].some(
    ([pattern, row]) =>
      pattern.endsWith('/**') && !row.imageOnly && isBelow(`${directory}/x`, pattern.slice(0, -'/**'.length)),
  );
  if (wider) return;
  const rows = [...table]
    .filter(([one, row]) => directoryOf(one) === directory && row.access === access.read && !one.endsWith('/**'))
    .map(([one]) => one)
    .filter((one) => one !== `${directory}/*`);
  const before = table.get(`${directory}/*`);
  if (before !== undefined && !before.imageOnly) return;
  widen(table, { pattern: `${directory}/*`, rule: 'own-directory', access: access.read, imageOnly: false }, rows);
}
