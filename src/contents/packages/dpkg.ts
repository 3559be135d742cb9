import type { PurlParts } from '../../purl/index.ts';
import { divert, readDiversions, readList, readMd5sums } from './dpkg-files.ts';
import { type DpkgEntry, readStatus } from './dpkg-status.ts';
import { Problems } from './problems.ts';
import { purlOf } from './purl.ts';
import {
  type FoundPackage,
  type ImageView,
  type KeptFile,
  noWish,
  type PackageReader,
  type ReaderResult,
  type Wish,
} from './reader.ts';
import { textOf } from './text.ts';

const database = '/var/lib/dpkg/';
const keep: Wish = { kind: 'keep', bound: 64 << 20 };

/**
 * Debian packages: `/var/lib/dpkg/status`, or `status.d/*` where an image was made without dpkg, and `info/*`.
 * A package owns what its `.list` names (its `.md5sums` and conffiles where there is none), moved by diversions.
 * Two packages that share a file (one package of two architectures): the image's own architecture comes first.
 */
export const dpkg: PackageReader = {
  name: 'dpkg',
  wants(path) {
    if (!path.startsWith(database)) return noWish;
    const rest = path.slice(database.length);
    if (rest === 'status' || rest === 'diversions' || rest.startsWith('status.d/')) return keep;
    return rest.startsWith('info/') && (rest.endsWith('.list') || rest.endsWith('.md5sums')) ? keep : noWish;
  },
  read(view) {
    const problems = new Problems();
    const files = new Map(view.kept.map((file) => [file.path, file]));
    const read = (path: string) => {
      const file = files.get(path);
      return file === undefined ? undefined : textOf(file, problems, 'names');
    };
    const entries = nativeFirst(entriesOf(view.kept, problems), view.architecture);
    const diversions = readDiversions(read(`${database}diversions`) ?? '', `${database}diversions`, problems);
    const packages: FoundPackage[] = [];
    const listless: string[] = [];
    for (const entry of entries) {
      const paths = ownPaths(entry, read);
      if (paths === undefined) listless.push(entry.name);
      const purl = purlOf(purlParts(entry, view), entry.location, problems);
      if (purl === undefined) continue;
      packages.push({
        purl,
        type: 'deb',
        name: entry.name,
        version: entry.version,
        location: entry.location,
        source: entry.source,
        owns: divert(paths ?? entry.conffiles, entry.name, diversions),
      });
    }
    if (listless.length > 0) {
      const some = listless.slice(0, 5).join(', ') + (listless.length > 5 ? ', …' : '');
      problems.add('dpkg-no-files', `${database}info`, `${listless.length} packages without a list: ${some}`);
    }
    return { packages, problems: problems.done() } satisfies ReaderResult;
  },
};

function entriesOf(kept: readonly KeptFile[], problems: Problems): readonly DpkgEntry[] {
  const found = new Map<string, DpkgEntry>();
  for (const file of kept) {
    const rest = file.path.slice(database.length);
    if (rest !== 'status' && (!rest.startsWith('status.d/') || rest.endsWith('.md5sums'))) continue;
    for (const entry of readStatus(textOf(file, problems) ?? '', file.path, problems)) {
      const key = `${entry.name}:${entry.architecture}`;
      if (found.has(key)) problems.add('dpkg-duplicate', file.path, key);
      else found.set(key, entry);
    }
  }
  return [...found.values()];
}

function ownPaths(entry: DpkgEntry, read: (path: string) => string | undefined): readonly string[] | undefined {
  const { name, architecture, location } = entry;
  for (const stem of [`${name}:${architecture}`, name]) {
    const list = read(`${database}info/${stem}.list`);
    if (list !== undefined) return readList(list);
  }
  for (const path of [
    `${database}info/${name}:${architecture}.md5sums`,
    `${database}info/${name}.md5sums`,
    ...(location.includes('/status.d/') ? [`${location}.md5sums`, `${database}status.d/${name}.md5sums`] : []),
  ]) {
    const sums = read(path);
    if (sums !== undefined) return [...readMd5sums(sums), ...entry.conffiles];
  }
  return undefined;
}

/** Go's and OCI's names of architectures, where dpkg's differ. */
const dpkgArchitecture: Readonly<Record<string, string>> = {
  '386': 'i386',
  arm: 'armhf',
  ppc64le: 'ppc64el',
  mips64le: 'mips64el',
};

function nativeFirst(entries: readonly DpkgEntry[], architecture: string): readonly DpkgEntry[] {
  const native = dpkgArchitecture[architecture] ?? architecture;
  const rank = (entry: DpkgEntry) => (entry.architecture === native || entry.architecture === 'all' ? 0 : 1);
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

function purlParts(entry: DpkgEntry, { distribution }: ImageView): PurlParts {
  const release = distribution?.version === undefined ? distribution?.id : `${distribution.id}-${distribution.version}`;
  return {
    type: 'deb',
    namespace: distribution?.id ?? 'debian',
    name: entry.name,
    version: entry.version,
    qualifiers: { arch: entry.architecture, distro: release },
  };
}
