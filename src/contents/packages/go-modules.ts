import { linesOf } from './text.ts';

export interface GoModule {
  readonly path: string;
  /** `v1.2.3`, a pseudo-version, or `(devel)`. */
  readonly version: string;
}

export interface GoBuild {
  /** The main package's import path. */
  readonly path: string | undefined;
  readonly main: GoModule | undefined;
  /** What was linked: of replaced modules the replacement. */
  readonly dependencies: readonly GoModule[];
  /** Lines that are not understood. */
  readonly strangeLines: number;
}

const mostModules = 20_000;

/**
 * Reads what `go version -m` prints: `path`, `mod`, `dep`, `=>` and `build` lines, cells separated by tabs. A module
 * replaced by a directory has no version of its own: `(devel)`. Go's runtime/debug, `BuildInfo`.
 */
export function readGoModules(text: string): GoBuild {
  let path: string | undefined;
  let main: GoModule | undefined;
  let strangeLines = 0;
  const dependencies: GoModule[] = [];
  let replaceable: 'main' | 'dependency' | undefined;
  for (const line of linesOf(text)) {
    const [kind, first, second] = line.split('\t');
    const module = moduleOf(first, second);
    if (kind === 'path') path = first;
    else if (kind === 'mod' && module !== undefined) {
      main = module;
      replaceable = 'main';
    } else if (kind === 'dep' && module !== undefined && dependencies.length < mostModules) {
      dependencies.push(module);
      replaceable = 'dependency';
    } else if (kind === '=>' && module !== undefined && replaceable !== undefined) {
      if (replaceable === 'main') main = replacement(main, module);
      else dependencies.push(replacement(dependencies.pop(), module));
      replaceable = undefined;
    } else if (kind !== 'build' && line !== '') strangeLines++;
  }
  return { path, main, dependencies, strangeLines };
}

function moduleOf(path: string | undefined, version: string | undefined): GoModule | undefined {
  if (path === undefined || path === '' || path.length > 1000) return undefined;
  return { path, version: version === undefined || version === '' ? '(devel)' : version };
}

/** A directory is no module path: the module keeps its own name, at a version nobody knows. */
function replacement(replaced: GoModule | undefined, by: GoModule): GoModule {
  const isDirectory = /^\.{0,2}\//.test(by.path);
  return isDirectory && replaced !== undefined ? { path: replaced.path, version: '(devel)' } : by;
}

/** `go1.22.1` → `1.22.1`; experiments after a space are dropped; undefined for development versions. */
export function standardLibraryVersion(version: string): string | undefined {
  return /^go(\d[^\s]*)/.exec(version)?.[1];
}
