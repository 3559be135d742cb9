import { Problems } from './problems.ts';
import { purlOf } from './purl.ts';
import { type FoundPackage, type ImageView, type KeptFile, noWish, type PackageReader, type Wish } from './reader.ts';
import { parentOf, textOf } from './text.ts';

const keep: Wish = { kind: 'keep', bound: 4 << 20 };
/** Elsewhere only what a link leads to counts: most are kept in vain. */
const keepSmall: Wish = { kind: 'keep', bound: 1 << 18 };
const manifest = '/package.json';
const modules = '/node_modules/';

/**
 * npm packages: each directory right under `node_modules/` or `node_modules/@scope/` whose package.json has a name and a
 * version, and each such directory that a link there leads to (workspaces, `file:`). A package owns its directory without
 * the packages nested in it. What `npm ls` would not see, a `node_modules` deep inside a package (test fixtures), belongs to
 * that package. pnpm's and yarn's stores (`node_modules/.pnpm/…`) count.
 */
export const npm: PackageReader = {
  name: 'npm',
  wants(path) {
    if (!path.endsWith(manifest)) return noWish;
    return path.includes(modules) ? keep : keepSmall;
  },
  read(view) {
    const problems = new Problems();
    const manifests = new Map(view.kept.map((file) => [parentOf(file.path), file]));
    const found = new Map<string, Owning>();
    const add = (directory: string) => {
      const file = manifests.get(directory);
      const one = file === undefined || found.has(directory) ? undefined : readManifest(file, problems);
      if (one !== undefined) found.set(directory, one);
      return one;
    };
    for (const [directory, file] of manifests) if (packageDirectory(file.path) === directory) add(directory);
    const linked = linkedDirectories(view).flatMap((directory) => {
      const one = add(directory);
      return one === undefined ? [] : [{ directory, one }];
    });
    if (found.size > 0) {
      for (const { path } of view.files) {
        const directory = path.includes(modules) ? packageDirectory(path) : undefined;
        if (directory !== undefined) found.get(directory)?.owns.push(path);
      }
    }
    for (const { directory, one } of linked) {
      for (const path of outsideModules(view, directory)) one.owns.push(path);
    }
    return { packages: [...found.values()], problems: problems.done() };
  },
};

type Owning = FoundPackage & { readonly owns: string[] };

/** Where links that stand in a package's place lead to, the deepest first: it owns its files before those around it. */
function linkedDirectories(view: ImageView): readonly string[] {
  const directories = view.links.flatMap(({ path }) => {
    const isPackage = path.includes(modules) && packageDirectory(`${path}${manifest}`) === path;
    const real = isPackage ? view.realPath(`${path}${manifest}`) : undefined;
    return real === undefined ? [] : [parentOf(real)];
  });
  return [...new Set(directories)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** The files below a directory that lie in no package of a `node_modules` of its own. */
function outsideModules(view: ImageView, directory: string): readonly string[] {
  const around = packageDirectory(`${directory}${manifest}`);
  return view.filesUnder(directory).flatMap(({ path }) => (packageDirectory(path) === around ? [path] : []));
}

/**
 * The directory of the innermost package that holds a path: `/a/node_modules/b` for `/a/node_modules/b/lib/c.js`.
 * A chain of packages begins at the first `node_modules` and goes on only where one lies right in a package or a store.
 */
export function packageDirectory(path: string): string | undefined {
  const parts = path.split('/');
  let at = parts.indexOf('node_modules');
  let end: number | undefined;
  while (at >= 0 && at + 2 < parts.length) {
    const first = parts[at + 1] ?? '';
    if (first.startsWith('.')) {
      // A store: the packages are in a node_modules further down.
      at = parts.indexOf('node_modules', at + 2);
      continue;
    }
    const length = first.startsWith('@') ? 2 : 1;
    if (at + length + 1 >= parts.length) break;
    end = at + length + 1;
    at = parts[end] === 'node_modules' ? end : -1;
  }
  return end === undefined ? undefined : parts.slice(0, end).join('/');
}

function readManifest(file: KeptFile, problems: Problems): Owning | undefined {
  const text = textOf(file, problems);
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    problems.add('npm-malformed', file.path, 'not JSON');
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.add('npm-malformed', file.path, 'not an object');
    return undefined;
  }
  const { name, version, license } = parsed as Readonly<Record<string, unknown>>;
  // Without a name or a version it only marks a directory (`"type": "module"`): no package.
  if (name === undefined || version === undefined) return undefined;
  if (
    typeof name !== 'string' ||
    typeof version !== 'string' ||
    !/^(@[^/\s]+\/)?[^/\s]+$/.test(name) ||
    version === ''
  ) {
    problems.add('npm-malformed', file.path, 'name or version is no usable string');
    return undefined;
  }
  const slash = name.indexOf('/');
  const purl = purlOf(
    {
      type: 'npm',
      namespace: slash < 0 ? undefined : name.slice(0, slash),
      name: name.slice(slash + 1),
      version,
    },
    file.path,
    problems,
  );
  if (purl === undefined) return undefined;
  const licenses = licensesOf(license);
  return {
    purl,
    type: 'npm',
    name,
    version,
    location: file.path,
    ...(licenses.length === 0 ? {} : { licenses }),
    owns: [],
  };
}

/** A string; once an object with `type` or a list of them. */
function licensesOf(license: unknown): readonly string[] {
  return [license].flat().flatMap((one: unknown) => {
    const name = typeof one === 'object' && one !== null && 'type' in one ? one.type : one;
    return typeof name === 'string' && name !== '' && name.length <= 200 ? [name] : [];
  });
}
