import { resolvePath } from '../../contents/index.ts';
import type { Needed } from '../need/needed.ts';
import { type Picture, parentOf } from '../picture.ts';
import { packageOfInfo, reduceList, reduceStatus, reduceSums } from './dpkg.ts';
import { developerLink, fatesOf, metadataDirectory, type Owned, ownedBy, type PackageFates } from './own.ts';

export interface Metadata extends PackageFates {
  /** Files that stay with other bytes. */
  readonly rewritten: ReadonlyMap<string, Buffer>;
}

const dpkg = '/var/lib/dpkg';

/**
 * What package managers say of the packages that stay: kept, and made true of what is there. Whoever reads it afterwards
 * (`dpkg -S`, an SBOM) finds exactly these packages and files.
 */
export function keepMetadata(picture: Picture, needed: Needed, translations: ReadonlyMap<string, string>): Metadata {
  const owned = ownedBy(picture);
  keepAliases(picture, needed, owned);
  const fates = fatesOf(picture, needed, owned);
  for (const { found, paths } of fates.stay) {
    const reason = { why: 'metadata', of: `${found.name} ${found.version}` } as const;
    if (found.type === 'pypi' || found.type === 'npm') {
      needed.keep(found.location, reason);
      const directory = metadataDirectory(found);
      for (const path of picture.files.keys())
        if (directory !== undefined && path.startsWith(`${directory}/`)) needed.keep(path, reason);
    }
    for (const path of paths) {
      const pattern = translations.get(path);
      if (pattern !== undefined) needed.keep(path, { why: 'profile', of: pattern });
    }
    for (const path of licencesOf(picture, found.name, paths)) needed.keep(path, { why: 'licence', of: found.name });
  }
  return { ...fates, rewritten: keepDpkg(picture, needed, fates.stay) };
}

/**
 * Other names of what stays, also of packages that go otherwise, but for those that are for building against a library.
 */
function keepAliases(picture: Picture, needed: Needed, owned: readonly Owned[]): void {
  const stay = new Set(fatesOf(picture, needed, owned).stay.flatMap(({ paths }) => paths));
  const ofPackages = new Set(owned.flatMap(({ paths }) => paths));
  // A link to a link counts when the one it leads to does: twice is as deep as images go.
  for (let round = 0; round < 2; round++)
    for (const path of picture.links.keys()) {
      if (needed.has(path) || /^\/usr\/share\/(?:doc|man|info)\//.test(path)) continue;
      const real = resolvePath(picture.links, path, { last: 'follow' });
      if (real === undefined || real === '/' || !needed.has(real)) continue;
      const goes = ofPackages.has(path) && !stay.has(path);
      if (goes && (developerLink.test(path) || isModule(needed, real))) continue;
      needed.keep(path, { why: 'alias', of: real });
    }
}

/** Modules are loaded by their own name. */
function isModule({ reasons }: Needed, path: string): boolean {
  const why = reasons.get(path)?.why;
  return why === 'pattern' || why === 'module';
}

function licencesOf(picture: Picture, name: string, paths: readonly string[]): readonly string[] {
  const own = paths.filter(
    (path) => /^\/usr\/share\/doc\/[^/]+\/copyright$/.test(path) || path.startsWith('/usr/share/common-licenses/'),
  );
  const named = `/usr/share/doc/${name}`;
  return picture.links.has(named) ? [...own, named, `${named}/copyright`] : own;
}

function keepDpkg(picture: Picture, needed: Needed, stay: readonly Owned[]): ReadonlyMap<string, Buffer> {
  const debs = stay.filter(({ found }) => found.type === 'deb').map(({ found }) => found);
  const names = new Map<string, Set<string>>();
  for (const { name, purl } of debs) {
    const architectures = names.get(name) ?? new Set();
    names.set(name, architectures.add(/[?&]arch=([^&]*)/.exec(purl)?.[1] ?? ''));
  }
  const stays = (name: string, architecture: string | undefined): boolean =>
    names.get(name)?.has(architecture ?? '') === true || (architecture === undefined && names.has(name));
  const locations = new Map(
    debs.filter(({ location }) => location.includes('/status.d/')).map((one) => [one.location, one.name]),
  );
  const rewritten = new Map<string, Buffer>();
  const isThere = (path: string): boolean => {
    const above = resolvePath(picture.links, parentOf(path), { last: 'follow' });
    const real = above === undefined ? path : `${above === '/' ? '' : above}${path.slice(path.lastIndexOf('/'))}`;
    return needed.has(real);
  };
  const put = (path: string, bytes: Buffer, of: string): void => {
    if (needed.keep(path, { why: 'metadata', of }) !== undefined) rewritten.set(path, bytes);
  };
  for (const path of ['/var/lib/dpkg/diversions', '/var/lib/dpkg/info/format', '/var/lib/dpkg/arch'])
    if (debs.length > 0) needed.keep(path, { why: 'metadata', of: 'dpkg' });
  // First what stays is all known, so that a list can name the other files of dpkg too.
  for (const [path, bytes] of picture.texts) {
    if (!path.startsWith(`${dpkg}/`)) continue;
    if (path === `${dpkg}/status`) {
      put(path, reduceStatus(bytes, stays), 'all packages');
      continue;
    }
    // A file of status.d is called as people like; what it says counts.
    const apart = locations.get(path.replace(/\.md5sums$/, ''));
    const about = apart === undefined ? packageOfInfo(path) : { name: apart };
    if (about === undefined || !stays(about.name, about.architecture)) continue;
    if (path.endsWith('.list')) put(path, reduceList(bytes, isThere), about.name);
    else if (path.endsWith('.md5sums')) put(path, reduceSums(bytes, isThere), about.name);
    else put(path, bytes, about.name);
  }
  return rewritten;
}
