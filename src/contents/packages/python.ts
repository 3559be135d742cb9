import { Problems } from './problems.ts';
import { purlOf } from './purl.ts';
import { type Distribution, distributionsOf, metadataParts } from './python-distribution.ts';
import { normalName } from './python-metadata.ts';
import { type FoundPackage, noWish, type PackageReader, type Wish } from './reader.ts';
import { parentOf } from './text.ts';

const keep: Wish = { kind: 'keep', bound: 32 << 20 };

/**
 * Python distributions, as `pip list` shows them: dist-info with METADATA and RECORD, egg-info with PKG-INFO. Without a
 * list of files (Debian's packages, `setup.py develop`) a distribution owns its metadata and its top-level modules.
 * Metadata inside another distribution (setuptools' `_vendor`) names nothing that is installed.
 */
export const python: PackageReader = {
  name: 'python',
  wants(path) {
    return metadataParts(path) === undefined ? noWish : keep;
  },
  read(view) {
    const problems = new Problems();
    const all = distributionsOf(view, problems);
    const vendored = vendoredLocations(all);
    const installed = all.filter((one) => !insideImportDirectory(one) && !vendored.has(one.location));
    // Who has a list goes first: top-level modules are a guess, and namespace packages share theirs.
    const ordered = installed.toSorted((a, b) => Number(b.listed) - Number(a.listed));
    return { packages: mergeEditable(ordered).flatMap((one) => packageOf(one, problems)), problems: problems.done() };
  },
};

/** Directories that Python imports from without being told. */
const importDirectory = /\/(?:site|dist)-packages$/;

/** Deep inside site-packages nothing is installed, but for eggs. */
function insideImportDirectory({ home }: Distribution): boolean {
  const above = home.endsWith('.egg') ? parentOf(home) : home;
  return /\/(?:site|dist)-packages\//.test(above);
}

/** Metadata that another distribution, installed elsewhere, lists among its own files. */
function vendoredLocations(all: readonly Distribution[]): ReadonlySet<string> {
  const homes = new Map(all.map((one) => [one.location, one.home]));
  const isForeign = (path: string, lister: Distribution) => {
    const home = homes.get(path);
    return home !== undefined && home !== lister.home;
  };
  return new Set(all.flatMap((one) => (one.listed ? one.paths.filter((path) => isForeign(path, one)) : [])));
}

/** What pip tells installed distributions apart by. */
function key(one: Distribution): string {
  return `${normalName(one.name)}@${one.version}`;
}

/** An editable install has dist-info in site-packages and egg-info beside its source: one package. */
function mergeEditable(distributions: readonly Distribution[]): readonly Distribution[] {
  const installed = new Map<string, Distribution>();
  for (const one of distributions) {
    if (one.listed && importDirectory.test(one.home) && !installed.has(key(one))) installed.set(key(one), one);
  }
  const merged = new Map<Distribution, Distribution>();
  for (const one of distributions) {
    const main = one.listed || importDirectory.test(one.home) ? undefined : installed.get(key(one));
    if (main === undefined) merged.set(one, merged.get(one) ?? one);
    else {
      const known = merged.get(main) ?? main;
      merged.set(main, { ...known, paths: [...known.paths, ...one.paths] });
    }
  }
  return [...merged.values()];
}

function packageOf(one: Distribution, problems: Problems): readonly FoundPackage[] {
  const purl = purlOf({ type: 'pypi', name: normalName(one.name), version: one.version }, one.location, problems);
  if (purl === undefined) return [];
  const { name, version, location, licenses, paths } = one;
  return [{ purl, type: 'pypi', name, version, location, ...(licenses.length === 0 ? {} : { licenses }), owns: paths }];
}
