import type { Problems } from './problems.ts';
import { normalName, type PythonMetadata, readMetadata } from './python-metadata.ts';
import { readInstalledFiles, readRecord } from './python-record.ts';
import type { ImageView, KeptFile } from './reader.ts';
import { baseOf, linesOf, parentOf, resolvePath, textOf } from './text.ts';

/** One distribution's metadata as it lies on the disk. */
export interface Distribution extends PythonMetadata {
  /** The directory its modules are imported from. */
  readonly home: string;
  /** METADATA or PKG-INFO. */
  readonly location: string;
  /** It has its own list of files; else `paths` is a guess from its top-level modules. */
  readonly listed: boolean;
  readonly paths: readonly string[];
}

interface Group {
  readonly directory: string;
  readonly home: string;
  readonly files: Map<string, KeptFile>;
}

/** `NAME.dist-info/PART`, `NAME.egg-info/PART`, `NAME.egg/EGG-INFO/PART`, or one file `NAME.egg-info`. */
const pattern = /^(.*)\/([^/]+\.(?:dist-info|egg-info)|[^/]+\.egg\/EGG-INFO)(?:\/([^/]+))?$/;
const parts = new Set(['METADATA', 'RECORD', 'PKG-INFO', 'installed-files.txt', 'top_level.txt', 'direct_url.json']);

/** Takes a path of metadata apart; undefined for every other path. */
export function metadataParts(
  path: string,
): { readonly directory: string; readonly home: string; readonly part: string } | undefined {
  const match = pattern.exec(path);
  const [, above, name, part] = match ?? [];
  if (above === undefined || name === undefined) return undefined;
  const directory = `${above}/${name}`;
  const home = name.endsWith('/EGG-INFO') ? parentOf(directory) : above || '/';
  if (part === undefined) return name.endsWith('.egg-info') ? { directory, home, part: 'PKG-INFO' } : undefined;
  return parts.has(part) ? { directory, home, part } : undefined;
}

export function distributionsOf(view: ImageView, problems: Problems): readonly Distribution[] {
  const groups = new Map<string, Group>();
  for (const file of view.kept) {
    const { directory, home, part } = metadataParts(file.path) ?? {};
    if (directory === undefined || home === undefined || part === undefined) continue;
    const group = groups.get(directory) ?? { directory, home, files: new Map() };
    group.files.set(part, file);
    groups.set(directory, group);
  }
  const compiled = groups.size === 0 ? new Map<string, string[]>() : compiledFiles(view);
  return [
    ...[...groups.values()].flatMap((group) => distributionOf(group, view, compiled, problems)),
    ...zippedEggs(view),
  ];
}

/** Eggs that are zip files: their name says which distribution they are, and one file is all they own. */
function zippedEggs(view: ImageView): readonly Distribution[] {
  return view.files.flatMap(({ path }) => {
    const match = /^(.*\/(?:site|dist)-packages)\/([A-Za-z0-9._]+)-([A-Za-z0-9._+!]+)(?:-py\d[^/]*)?\.egg$/.exec(path);
    const [, home, name, version] = match ?? [];
    if (home === undefined || name === undefined || version === undefined) return [];
    return [
      { name: name.replaceAll('_', '-'), version, licenses: [], home, location: path, listed: true, paths: [path] },
    ];
  });
}

function distributionOf(
  group: Group,
  view: ImageView,
  compiled: ReadonlyMap<string, readonly string[]>,
  problems: Problems,
): readonly Distribution[] {
  const { directory, home, files } = group;
  const main = files.get(directory.endsWith('.dist-info') ? 'METADATA' : 'PKG-INFO');
  if (main === undefined || /^[~-]/.test(baseOf(directory))) {
    problems.add(
      'python-leftover',
      directory,
      main === undefined ? 'no METADATA or PKG-INFO' : 'its name marks it as left over',
    );
    return [];
  }
  const text = textOf(main, problems);
  const metadata = text === undefined ? undefined : readMetadata(text);
  if (metadata === undefined) {
    problems.add('python-malformed', main.path, 'no usable Name and Version');
    return [];
  }
  const list = listOf(group, problems);
  if (list === undefined && directory.endsWith('.dist-info') && !home.endsWith('/dist-packages')) {
    problems.add('python-no-record', directory, 'its top-level modules are taken for its files');
  }
  const named =
    list === undefined
      ? topLevelFiles(group, [home], metadata.name, view, problems)
      : [...list, ...topLevelFiles(group, editableHomes(group, problems), metadata.name, view, problems)];
  const metadataFiles = view.filesUnder(directory).map((file) => file.path);
  const bytecode = named.flatMap((path) => (path.endsWith('.py') ? (compiled.get(path) ?? []) : []));
  const paths = [...new Set([...named, main.path, ...metadataFiles, ...bytecode])];
  return [{ ...metadata, home, location: main.path, listed: list !== undefined, paths }];
}

function listOf({ directory, home, files }: Group, problems: Problems): readonly string[] | undefined {
  const record = files.get('RECORD');
  const recordText = record === undefined ? undefined : textOf(record, problems, 'names');
  if (record !== undefined && recordText !== undefined) return readRecord(recordText, home, record.path, problems);
  const installed = files.get('installed-files.txt');
  const installedText = installed === undefined ? undefined : textOf(installed, problems, 'names');
  return installedText === undefined ? undefined : readInstalledFiles(installedText, directory);
}

/** Where the modules of an editable install are, by its `direct_url.json` (PEP 610): the project, or `src` in it. */
function editableHomes({ files }: Group, problems: Problems): readonly string[] {
  const file = files.get('direct_url.json');
  const text = file === undefined ? undefined : textOf(file, problems);
  const directory = text === undefined ? undefined : editableDirectory(text);
  return directory === undefined ? [] : [directory, resolvePath(directory, 'src')];
}

function editableDirectory(text: string): string | undefined {
  try {
    const { url, dir_info: about } = JSON.parse(text) as {
      readonly url?: unknown;
      readonly dir_info?: { readonly editable?: unknown };
    };
    if (about?.editable !== true || typeof url !== 'string' || !url.startsWith('file:///')) return undefined;
    return resolvePath('/', decodeURIComponent(url.slice('file://'.length)));
  } catch {
    // Then pip doesn't know either where it came from; its RECORD still counts.
    return undefined;
  }
}

/** The modules of `top_level.txt`, or of the distribution's own name, that lie in the directories. */
function topLevelFiles(
  group: Group,
  homes: readonly string[],
  name: string,
  view: ImageView,
  problems: Problems,
): readonly string[] {
  if (homes.length === 0) return [];
  const file = group.files.get('top_level.txt');
  const text = file === undefined ? undefined : textOf(file, problems);
  const modules = text === undefined ? [name, normalName(name).replaceAll('-', '_')] : [...linesOf(text)];
  const usable = [...new Set(modules)].filter((module) => /^[^/\s.][^/\s]*$/.test(module)).slice(0, 1000);
  const candidates = homes.flatMap((home) => usable.map((module) => resolvePath(home, module)));
  return candidates.flatMap((path) => {
    const single = view.file(`${path}.py`);
    return [...view.filesUnder(path), ...(single === undefined ? [] : [single])].map((one) => one.path);
  });
}

/** `d/__pycache__/m.cpython-311.pyc` by the source it was made from, `d/m.py`. */
function compiledFiles(view: ImageView): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path } of view.files) {
    const match = /^(.*\/)__pycache__\/([^/.]+)\.[^/]*\.pyc$/.exec(path);
    if (match === null) continue;
    const source = `${match[1]}${match[2]}.py`;
    const known = found.get(source);
    if (known === undefined) found.set(source, [path]);
    else known.push(path);
  }
  return found;
}
