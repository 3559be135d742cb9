import { access } from '../model.ts';
import { directoryOf, isWild } from '../pattern/index.ts';
import { type FileTable, isBelow, isUntouched, widen } from './file-table.ts';

const few = 4;
const personal = /^\/(?:etc|root|home)(?:\/|$)/;

/** Where the modules of a language lie, with all packages below. */
const moduleRoots = [
  /^\/usr(?:\/local)?\/lib\/python[23](?:\.\d+)?(?=\/)/,
  /^\/.*?\/site-packages(?=\/)/,
  /^\/.*?\/node_modules(?=\/)/,
  /^\/usr\/share\/nodejs(?=\/)/,
  /^\/usr(?:\/local)?\/(?:share|lib(?:\/[^/]+)?)\/perl5?(?:\/[\d.]+)?(?=\/)/,
  /^\/usr(?:\/local)?\/lib\/ruby(?=\/)/,
];

/** What an interpreter loads: by language, the endings of its modules. */
const modules: readonly (readonly string[])[] = [
  ['py'],
  ['js', 'cjs', 'mjs', 'json'],
  ['rb'],
  ['pl', 'pm'],
  ['php'],
  ['lua'],
];

/** Directories of many things, and of what is nobody's application: nothing is said of all that lies below them. */
const many =
  /^\/$|^\/(?:bin|boot|dev|etc|home|lib[^/]*|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)$|^\/(?:bin|boot|dev|etc|lib[^/]*|proc|run|sbin|sys|tmp)\/|^\/home\/[^/]+$|^\/usr\/(?:s?bin|include|lib[^/]*|local|share|src)$|^\/usr\/local\/(?:s?bin|etc|include|lib[^/]*|share|src)$|^\/usr(?:\/local)?\/s?bin\/|^\/var\/(?:backups|cache|lib|log|mail|opt|run|spool|tmp|www)$/;

const python = /\.py$|\.pyc(?:\.\d+)?$/;
const bytecode = /\/__pycache__\/[^/]+\.pyc(?:[^/]*)$/;

/** Widens what was used of the image's own data and modules, bytes of the image only; and what Python makes of them. */
export function imageDirectories(table: FileTable): void {
  const pythonDirectories = new Set([...table.keys()].filter((one) => python.test(one)).map(moduleDirectory));
  const roots = languageModules(table);
  const applications = applicationModules(table);
  plugins(table);
  imageData(table);
  sameExtension(table);
  pythonBytecode(table, pythonDirectories, new Set([...roots, ...applications]));
}

function moduleRoot(pattern: string): string | undefined {
  for (const root of moduleRoots) {
    const found = root.exec(pattern);
    if (found !== null) return found[0];
  }
  return undefined;
}

/** Of a module or of its bytecode. */
function moduleDirectory(pattern: string): string {
  const directory = directoryOf(pattern);
  return directory.endsWith('/__pycache__') ? directoryOf(directory) : directory;
}

function languageModules(table: FileTable): ReadonlySet<string> {
  const groups = grouped(table, (pattern) => moduleRoot(pattern));
  const roots = new Set<string>();
  for (const [root, rows] of groups) {
    roots.add(root);
    const all = rows.reduce((sum, pattern) => sum | (table.get(pattern)?.access ?? 0), 0);
    // What was seen has entries of its own, and so it is known which packages were: hardening keeps those.
    for (const [pattern, seen] of Map.groupBy(rows, (one) => seenModules(one, root)))
      widen(table, { pattern, rule: 'language-modules', imageOnly: true }, seen);
    widen(table, { pattern: `${root}/**`, rule: 'language-modules', access: all, imageOnly: true }, []);
  }
  return roots;
}

/** An application's own modules: those beside and below what was loaded. Returns the directories of Python's. */
function applicationModules(table: FileTable): ReadonlySet<string> {
  const roots = new Set<string>();
  for (const endings of modules) {
    const groups = grouped(table, (pattern, allowed) =>
      (allowed & access.execute) !== 0 && endings.includes(endingOf(pattern)) ? placeOf(pattern) : undefined,
    );
    const outermost = withoutInner([...groups.keys()]);
    for (const directory of outermost) {
      if (endings.includes('py')) roots.add(directory);
      const inside = [...groups].filter(([one]) => one === directory || isBelow(one, directory));
      for (const ending of endings) {
        const rows = inside.flatMap(([, patterns]) => patterns.filter((one) => endingOf(one) === ending));
        const pattern = `${directory}/**/*.${ending}`;
        const least = access.read | access.execute;
        widen(table, { pattern, rule: 'application-modules', access: least, imageOnly: true }, rows);
      }
    }
  }
  return roots;
}

/** The image's own data beside and below what was read: which of it is needed depends on the request. */
function imageData(table: FileTable): void {
  const groups = grouped(table, (pattern, allowed) =>
    allowed === access.read && directoryOf(directoryOf(pattern)) !== '/' ? placeOf(pattern) : undefined,
  );
  for (const directory of withoutInner([...groups.keys()])) {
    const inside = [...groups].filter(([one]) => one === directory || isBelow(one, directory));
    const rows = inside.flatMap(([, patterns]) => patterns);
    if (table.has(`${directory}/*`)) continue;
    widen(table, { pattern: `${directory}/**`, rule: 'image-data', imageOnly: true }, rows);
  }
}

/** The directory a file lies in, where something may be said of all that lies there. */
function placeOf(pattern: string): string | undefined {
  const directory = directoryOf(pattern);
  return many.test(directory) || linkers.test(directory) ? undefined : directory;
}

function withoutInner(directories: readonly string[]): readonly string[] {
  return directories.filter((one) => directories.every((other) => !isBelow(one, other))).sort();
}

function endingOf(pattern: string): string {
  return /[^./]\.([a-z]{1,4})$/.exec(pattern)?.[1] ?? '';
}

/**
 * What stands for the package of a module below a root: its directory; of a module that is a file of its own, its name with
 * any ending where each may be another package's, and all beside it where they are the language's own.
 */
function seenModules(pattern: string, root: string): string {
  const [, inside = '', below = ''] = /^\/((?:(?:dist|site)-packages\/)?)(.*)$/.exec(pattern.slice(root.length)) ?? [];
  const parts = below.split('/');
  const cache = parts[0] === '__pycache__' ? `${parts.shift()}/` : '';
  const [first = '', second = ''] = parts;
  const base = `${root}/${inside}${cache}`;
  if (parts.length > 1)
    return first.startsWith('@') && parts.length > 2 ? `${base}${first}/${second}/**` : `${base}${first}/**`;
  const apart = inside !== '' || /\/(?:site-packages|node_modules)$/.test(root);
  return apart ? `${base}${first.split('.', 1)[0]}.*` : `${base}*`;
}

/** Directories that the dynamic linker looks into: libraries there are few, and which of them are mapped is worth knowing. */
const linkers = /^(?:\/usr(?:\/local)?)?\/lib(?:32|64)?(?:\/[^/]*-linux-[^/]*)?$/;

function plugins(table: FileTable): void {
  const groups = grouped(table, (pattern, allowed) => {
    const directory = directoryOf(pattern);
    const plugin = (allowed & access.execute) !== 0 && pattern.endsWith('.so') && !linkers.test(directory);
    return plugin ? `${directory === '/' ? '' : directory}/*.so` : undefined;
  });
  for (const [pattern, rows] of groups) widen(table, { pattern, rule: 'plugins', imageOnly: true }, rows);
}

function sameExtension(table: FileTable): void {
  const groups = grouped(table, (pattern, allowed) => {
    const name = pattern.slice(pattern.lastIndexOf('/') + 1);
    const extension = /[^.]\.([A-Za-z][A-Za-z0-9]{0,9})$/.exec(name)?.[1];
    if (extension === undefined || extension === 'so' || personal.test(pattern)) return undefined;
    const directory = directoryOf(pattern);
    return `${directory === '/' ? '' : directory}/*.${extension} ${(allowed & access.execute) === 0 ? '' : 'x'}`;
  });
  for (const [key, rows] of groups) {
    const pattern = key.slice(0, key.lastIndexOf(' '));
    if (rows.length >= few) widen(table, { pattern, rule: 'image-directory', imageOnly: true }, rows);
  }
}

function pythonBytecode(table: FileTable, directories: ReadonlySet<string>, roots: ReadonlySet<string>): void {
  const places = new Map<string, string>();
  for (const directory of directories) {
    const root = [...roots].find((one) => directory === one || isBelow(directory, one));
    const base = directory === '/' ? '' : directory;
    places.set(directory, root === undefined ? `${base}/__pycache__/*` : `${root}/**/__pycache__/*`);
  }
  const rows = new Map([...places.values()].map((pattern) => [pattern, [] as string[]]));
  for (const [one, row] of table) {
    const place = bytecode.test(one) && row.sha256.size === 0 ? places.get(moduleDirectory(one)) : undefined;
    if (place !== undefined) rows.get(place)?.push(one);
  }
  const least = access.read | access.write | access.execute;
  for (const [pattern, patterns] of rows)
    widen(table, { pattern, rule: 'python-bytecode', access: least, imageOnly: true }, patterns);
}

/** Untouched literal rows by a key of their pattern. */
function grouped(
  table: FileTable,
  keyOf: (pattern: string, allowed: number) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [pattern, row] of table) {
    const key = isUntouched(row) && !isWild(pattern) ? keyOf(pattern, row.access) : undefined;
    if (key === undefined) continue;
    const rows = groups.get(key) ?? [];
    groups.set(key, rows);
    rows.push(pattern);
  }
  return groups;
}
