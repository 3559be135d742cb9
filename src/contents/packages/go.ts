import { type GoModule, readGoModules, standardLibraryVersion } from './go-modules.ts';
import { type GoExtract, GoScanner } from './go-scan.ts';
import { Problems } from './problems.ts';
import { purlOf } from './purl.ts';
import { type FoundPackage, type KeptFile, noWish, type PackageReader, type Wish } from './reader.ts';
import { textOf } from './text.ts';

const scan: Wish = { kind: 'scan', scanner: () => new GoScanner() };
/** No Go program is smaller. */
const smallest = 16_384;

/**
 * Go programs and libraries, from the build information in the binary: main module, dependencies (replaced ones as what
 * replaced them) and the standard library, each at the binary's path. The binary belongs to the main module, or to the
 * standard library where there is none (Go's own commands, `go run`).
 */
export const go: PackageReader = {
  name: 'go',
  wants(_path, _mode, size) {
    return size < smallest ? noWish : scan;
  },
  read(view) {
    const problems = new Problems();
    return { packages: view.kept.flatMap((file) => packagesIn(file, problems)), problems: problems.done() };
  },
};

function packagesIn(file: KeptFile, problems: Problems): readonly FoundPackage[] {
  const extract = extractOf(file, problems);
  if (extract === undefined) return [];
  const build = readGoModules(extract.modules);
  if (build.strangeLines > 0) problems.add('go-malformed', file.path, `${build.strangeLines} lines are not understood`);
  const version = standardLibraryVersion(extract.version);
  const library: GoModule = { path: 'stdlib', version: version ?? extract.version };
  const owner = build.main ?? library;
  const seen = new Set<string>();
  return [owner, ...build.dependencies, library].flatMap((module) => {
    const known = module === library ? version !== undefined : module.version !== '(devel)';
    const slash = module.path.lastIndexOf('/');
    const purl = purlOf(
      {
        type: 'golang',
        namespace: slash < 0 ? undefined : module.path.slice(0, slash),
        name: module.path.slice(slash + 1),
        version: known ? module.version : undefined,
      },
      file.path,
      problems,
    );
    if (purl === undefined || seen.has(purl)) return [];
    seen.add(purl);
    const owns = module === owner ? [file.path] : [];
    return [{ purl, type: 'golang', name: module.path, version: module.version, location: file.path, owns }] as const;
  });
}

function extractOf(file: KeptFile, problems: Problems): Extract<GoExtract, { kind: 'inline' }> | undefined {
  const extract = JSON.parse(textOf(file, problems) ?? 'null') as GoExtract | null;
  switch (extract?.kind) {
    case 'inline':
      return extract;
    case 'pointers':
      problems.add('go-pointer-format', file.path, 'built by Go 1.17 or older');
      return undefined;
    case 'malformed':
      problems.add('go-malformed', file.path, extract.why);
      return undefined;
    case undefined:
      return undefined;
    default:
      return extract satisfies never;
  }
}
