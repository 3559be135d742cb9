import { access } from '../model.ts';
import { directoryOf } from '../pattern/index.ts';
import { type FileTable, isBelow, widen } from './file-table.ts';

const manyNames = 8;
const manyDirectories = 4;

/** Places of programs, configuration and the system, and those that are nobody's: never taken as data. */
const never =
  /^\/(?:bin|boot|dev|etc|home|lib[^/]*|opt|proc|root|run|sbin|srv|sys|usr|var)$|^\/(?:bin|boot|etc|lib[^/]*|proc|root|sbin|sys|usr)\/|^\/home\/[^/]+$|^\/var\/(?:lib|cache|spool|log|run)$|^\/dev\/(?!shm$|shm\/)/;

/** Directories that programs fill as they like. */
export function dataDirectories(table: FileTable): void {
  const below = new Map<string, Set<string>>();
  const directly = new Map<string, Set<string>>();
  for (const [pattern, row] of table) {
    if ((row.access & access.write) === 0 || row.ofImage) continue;
    let child = pattern;
    for (let at = directoryOf(pattern); at !== '/'; child = at, at = directoryOf(at)) {
      const into = child === pattern ? directly : below;
      const names = into.get(at) ?? new Set<string>();
      into.set(at, names);
      names.add(child);
    }
  }
  const deep = [...below].filter(([at, names]) => names.size >= manyDirectories && !never.test(at)).map(([at]) => at);
  const outermost = deep.filter((one) => !deep.some((other) => isBelow(one, other)));
  for (const directory of outermost.sort()) absorb(table, `${directory}/**`, (one) => isBelow(one, directory));
  const wide = [...directly].filter(
    ([at, names]) =>
      names.size >= manyNames && !never.test(at) && !outermost.some((one) => one === at || isBelow(at, one)),
  );
  for (const [directory] of wide.sort(([a], [b]) => (a < b ? -1 : 1)))
    absorb(table, `${directory}/*`, (one) => directoryOf(one) === directory && !one.endsWith('/**'));
}

function absorb(table: FileTable, pattern: string, holds: (pattern: string) => boolean): void {
  const rows = [...table].filter(([one, row]) => holds(one) && (row.access & access.execute) === 0).map(([one]) => one);
  const least = access.read | access.write;
  widen(table, { pattern, rule: 'data-directory', access: least, imageOnly: false }, rows);
}
