import { access } from '../model.ts';
import { directoryOf, parsePattern } from '../pattern/index.ts';
import { byDirectory, type FileTable, widen } from './file-table.ts';

/** So many names, or directories with some, make a place of data. `mixed`: names beside a directory count with it. */
interface Crowd {
  readonly names: number;
  readonly directories: number;
  readonly mixed: boolean;
}

/** Where the image holds files, and where anybody does. */
const usual: Crowd = { names: 8, directories: 4, mixed: false };
/** Where it holds none: directories made for data. */
const outside: Crowd = { names: 2, directories: 2, mixed: true };
/** What was read and is not the image's was mounted, or made while running. */
const mounted: Crowd = { names: 2, directories: 2, mixed: true };
const readInImage: Crowd = { names: 2, directories: 4, mixed: false };
/** Directories of sites: what is mounted over the image's is read as it is asked for. */
const content = /\/(?:content|htdocs|html|public|sites?|static|templates|webroot|www|wwwroot)$/;
/** Directories that are made for what others send, or for what is kept: one name is enough. */
const storage = /\/(?:attachments|blobs|caches?|files|incoming|media|objects|queue|sessions?|spool|storage|uploads?)$/;
const stored: Crowd = { names: 1, directories: 1, mixed: false };

/** Anybody's: what one finds there says little. */
const shared = /^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/;

/** Places of programs, configuration, secrets and the system, and those that are nobody's: never taken as data. */
const never =
  /^\/$|^\/(?:bin|boot|dev|etc|home|lib[^/]*|opt|proc|root|run|sbin|srv|sys|usr|var)$|^\/(?:bin|boot|etc|lib[^/]*|proc|root|run|sbin|sys|usr)\/|^\/var\/run\/|^\/home\/[^/]+$|^\/var\/(?:lib|cache|spool|log|run)$|^\/dev\/(?!shm$|shm\/)/;

/** Directories that programs fill, or read through, as they like; and reading where they write. */
export function dataDirectories(table: FileTable, isImageDirectory: (path: string) => boolean): void {
  const crowdOf =
    (other: Crowd, inImage: Crowd) =>
    (directory: string): Crowd => {
      if (shared.test(directory)) return usual;
      if (isImageDirectory(directory)) return inImage === readInImage && content.test(directory) ? mounted : inImage;
      return storage.test(directory) ? stored : other;
    };
  const written = [...table].filter(([, row]) => (row.access & access.write) !== 0 && !row.ofImage);
  const passing = written.filter(([pattern, row]) => !row.imageOnly && isPassing(pattern));
  const directories = new Set(passing.map(([pattern]) => directoryOf(pattern)));
  crowded(
    table,
    written.map(([pattern]) => pattern),
    access.read | access.write,
    crowdOf(outside, usual),
  );
  const readOnly = [...table].filter(([, row]) => row.access === access.read && !row.ofImage && !row.imageOnly);
  crowded(
    table,
    readOnly.map(([pattern]) => pattern),
    access.read,
    crowdOf(mounted, readInImage),
  );
  ownDirectories(table, [...directories].sort());
}

/** A name under which a file is written before it gets its own: temporary, or drawn. */
function isPassing(pattern: string): boolean {
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (name === '**') return false;
  const drawn = parsePattern(name).some((one) => 'placeholder' in one && one.placeholder !== '{rot}');
  return drawn || /\.(?:tmp|temp|new|part)$|^te?mp[-_.]/.test(name);
}

/** Widens directories that hold many of these names. */
function crowded(
  table: FileTable,
  patterns: readonly string[],
  least: number,
  crowdOf: (directory: string) => Crowd,
): void {
  const isPlace = (at: string): boolean => isFree(at) || (least === access.read && isContent(at));
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
  const deep = new Set(
    [...below].filter(([at, names]) => isPlace(at) && isDeep(crowdOf(at), names, directly.get(at))).map(([at]) => at),
  );
  const outermost = new Set([...deep].filter((one) => above(one).every((other) => !deep.has(other))));
  absorb(table, outermost, least, '**', (pattern) => above(pattern).find((one) => outermost.has(one)));
  const crowds = [...directly]
    .filter(([at, names]) => names.size >= crowdOf(at).names && isPlace(at))
    .map(([at]) => at);
  const wide = new Set(crowds.filter((at) => ![at, ...above(at)].some((one) => outermost.has(one))));
  absorb(table, wide, least, '*', (pattern) => (pattern.endsWith('/**') ? undefined : directoryOf(pattern)));
}

function isDeep({ directories, mixed }: Crowd, inner: ReadonlySet<string>, names?: ReadonlySet<string>): boolean {
  return inner.size + (mixed ? (names?.size ?? 0) : 0) >= directories;
}

/** Where sites lie that are mounted over the image's. */
function isContent(directory: string): boolean {
  return /^\/usr\/(?:local\/)?share\/[^/]+\/./.test(directory) && !directory.includes('**');
}

/** No place of somebody else, and no pattern that stands for one. */
function isFree(directory: string): boolean {
  return !never.test(directory) && !directory.includes('**');
}

/** Takes in what allows no more than `least`, and no code, into the directory it is at home in. */
function absorb(
  table: FileTable,
  directories: ReadonlySet<string>,
  least: number,
  end: '*' | '**',
  homeOf: (pattern: string) => string | undefined,
): void {
  const rows = new Map([...directories].sort().map((directory) => [directory, [] as string[]]));
  for (const [pattern, row] of table) {
    const home = (row.access & ~least) === 0 ? homeOf(pattern) : undefined;
    if (home !== undefined && pattern !== `${home}/${end}`) rows.get(home)?.push(pattern);
  }
  for (const [directory, patterns] of rows) {
    const pattern = `${directory}/${end}`;
    widen(table, { pattern, rule: 'data-directory', access: least, imageOnly: false }, patterns);
  }
}

/** Reading all in the directories that the container writes in. */
function ownDirectories(table: FileTable, directories: readonly string[]): void {
  const rows = byDirectory(table);
  for (const directory of directories) {
    const wider = [directory, ...above(directory)].map((one) => table.get(`${one}/**`));
    const before = table.get(`${directory}/*`);
    const held = [before, ...wider].some((row) => row !== undefined && !row.imageOnly);
    if (held || !isFree(directory)) continue;
    const read = (rows.get(directory) ?? []).filter(
      (one) => table.get(one)?.access === access.read && !one.endsWith('/**') && one !== `${directory}/*`,
    );
    widen(table, { pattern: `${directory}/*`, rule: 'own-directory', access: access.read, imageOnly: false }, read);
  }
}

/** The directories above, the nearest first, without the root. */
function above(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = directoryOf(path); at !== '/'; at = directoryOf(at)) found.push(at);
  return found;
}
