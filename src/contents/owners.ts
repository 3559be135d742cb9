import type { ImageFile, ImagePackage } from './model.ts';
import type { FoundPackage, ReaderResult } from './packages/index.ts';
import type { SharedView } from './view.ts';

/**
 * Gives each file to at most one package. Results stand in order of precedence, and the first claim holds. Packages come
 * out sorted by purl, then by where they were found.
 */
export function assignOwners(
  view: SharedView,
  results: readonly ReaderResult[],
): { readonly packages: readonly ImagePackage[]; readonly files: readonly ImageFile[] } {
  const found = results.flatMap((result) => result.packages);
  const sorted = found.toSorted(byPurl);
  const positions = new Map(sorted.map((one, index) => [one, index]));
  const owners = new Map<ImageFile, number>();
  for (const one of found) {
    const position = positions.get(one) ?? 0;
    for (const path of one.owns) {
      const file = view.file(path);
      if (file !== undefined && !owners.has(file)) owners.set(file, position);
    }
  }
  return {
    packages: sorted.map(withoutOwned),
    files: view.files.map((file) => {
      const owner = owners.get(file);
      return owner === undefined ? file : { ...file, owner };
    }),
  };
}

function withoutOwned(found: FoundPackage): ImagePackage {
  const { purl, type, name, version, location, source, licenses } = found;
  return {
    purl,
    type,
    name,
    version,
    location,
    ...(source === undefined ? {} : { source }),
    ...(licenses === undefined ? {} : { licenses }),
  };
}

function byPurl(a: FoundPackage, b: FoundPackage): number {
  if (a.purl !== b.purl) return a.purl < b.purl ? -1 : 1;
  return a.location < b.location ? -1 : a.location > b.location ? 1 : 0;
}
