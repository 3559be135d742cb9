import type { FoundPackage } from '../../contents/index.ts';
import { resolvePath } from '../../contents/index.ts';
import type { Needed } from '../need/needed.ts';
import { isDocument } from '../need/options.ts';
import type { Why } from '../need/reason.ts';
import { type Picture, parentOf, realPath } from '../picture.ts';

/** A package with the files and links of the image that are its own, as real paths. */
export interface Owned {
  readonly found: FoundPackage;
  readonly paths: readonly string[];
}

export interface PackageFates {
  readonly stay: readonly Owned[];
  readonly go: readonly Owned[];
}

/**
 * Every package with what it has. Lists name directories too, and where one is a symlink now (`/bin`), it is nobody's: half
 * of a distribution would stay for its sake.
 */
export function ownedBy(picture: Picture): readonly Owned[] {
  const directories = new Map<string, string | undefined>();
  const real = (path: string): string | undefined => {
    const above = parentOf(path);
    if (!directories.has(above)) directories.set(above, resolvePath(picture.links, above, { last: 'follow' }));
    const directory = directories.get(above);
    return directory === undefined
      ? undefined
      : `${directory === '/' ? '' : directory}${path.slice(path.lastIndexOf('/'))}`;
  };
  return picture.packages.map((found) => ({
    found,
    paths: found.owns.flatMap((path) => {
      const at = real(path);
      if (at === undefined || !(picture.files.has(at) || picture.links.has(at))) return [];
      const target = picture.links.has(at) ? realPath(picture, at) : undefined;
      return target !== undefined && picture.directories.has(target) ? [] : [at];
    }),
  }));
}

/** Also a link for building against a library, which nothing needs at run time. */
export const developerLink = /\/lib[^/]*\.so$/;

/** A package stays as long as a file or a link of it does, its documents left out. */
export function fatesOf(picture: Picture, needed: Needed, all: readonly Owned[]): PackageFates {
  const stays = ({ found, paths }: Owned): boolean => {
    if (found.type === 'golang') return needed.has(found.location);
    return paths.some(
      (path) =>
        isNeeded(picture, needed, path) && !isDocument(path) && !(picture.links.has(path) && developerLink.test(path)),
    );
  };
  const stay = all.filter(stays);
  const kept = new Set(stay);
  return { stay, go: all.filter((one) => !kept.has(one)) };
}

/**
 * Texts that any system has, other names of what stays, and what only says things in a language, stay without making their
 * package stay: nothing of it runs or is loaded.
 */
const weak: ReadonlySet<Why> = new Set([
  'accounts',
  'alias',
  'identity',
  'licence',
  'linker',
  'metadata',
  'parent',
  'place',
  'rule',
]);
const languages = /^\/usr\/(?:lib|share)\/(?:locale|i18n)\//;

function isNeeded({ heads }: Picture, needed: Needed, path: string): boolean {
  const why = needed.reasons.get(path)?.why;
  const isCode = heads.get(path)?.kind === 'elf';
  if (why === undefined || (weak.has(why) && !isCode) || languages.test(path)) return false;
  return why !== 'name-service' || isCode;
}

/** Of Python: the directory of its metadata. */
export function metadataDirectory({ type, location }: FoundPackage): string | undefined {
  if (type !== 'pypi') return undefined;
  const directory = parentOf(location);
  return /\.(?:dist|egg)-info$|\/EGG-INFO$/.test(directory) ? directory : undefined;
}
