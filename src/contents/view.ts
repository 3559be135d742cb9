import type { CapturesByNode } from './layer/second-look.ts';
import type { ImageContents, ImageFile, ImageLink } from './model.ts';
import type { ImageView, KeptFile, PackageReader } from './packages/index.ts';
import { type Links, linksOf, resolvePath } from './resolve.ts';
import type { FlatFile } from './tree/flatten.ts';

/** What all readers see alike. */
export class SharedView {
  readonly files: readonly ImageFile[];
  readonly links: readonly ImageLink[];
  readonly #byPath: ReadonlyMap<string, ImageFile>;
  readonly #links: Links;
  /** Directories as spelled → their real path: databases name the same ones thousands of times. */
  readonly #directories = new Map<string, string | undefined>();

  constructor(files: readonly FlatFile[], links: readonly ImageLink[]) {
    this.files = files.map(({ path, node }) => ({
      path,
      sha256: node.sha256,
      size: node.size,
      mode: node.mode,
      layer: node.layer,
    }));
    this.links = links;
    this.#byPath = new Map(this.files.map((file) => [file.path, file]));
    this.#links = linksOf(links);
  }

  realPath(path: string): string | undefined {
    const slash = path.lastIndexOf('/');
    const base = path.slice(slash + 1);
    if (base === '' || base === '.' || base === '..') return resolvePath(this.#links, path);
    const directory = this.#realDirectory(slash <= 0 ? '/' : path.slice(0, slash));
    if (directory === undefined) return undefined;
    return directory === '/' ? `/${base}` : `${directory}/${base}`;
  }

  file(path: string): ImageFile | undefined {
    const real = this.realPath(path);
    return real === undefined ? undefined : this.#byPath.get(real);
  }

  filesUnder(directory: string): readonly ImageFile[] {
    const real = this.#realDirectory(directory);
    if (real === undefined) return [];
    const start = real === '/' ? '/' : `${real}/`;
    const from = firstNotBefore(this.files, start);
    // No path lies between those that begin with `…/` and `…0`, the code unit after the slash.
    return this.files.slice(from, firstNotBefore(this.files, `${start.slice(0, -1)}0`));
  }

  #realDirectory(directory: string): string | undefined {
    if (this.#directories.has(directory)) return this.#directories.get(directory);
    const real = resolvePath(this.#links, directory, { last: 'follow' });
    this.#directories.set(directory, real);
    return real;
  }
}

function firstNotBefore(files: readonly ImageFile[], path: string): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((files[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The shared view with one reader's own files. */
export function viewFor(
  reader: PackageReader,
  shared: SharedView,
  files: readonly FlatFile[],
  again: CapturesByNode,
  about: Pick<ImageView, 'architecture'> & { readonly distribution?: ImageContents['distribution'] },
): ImageView {
  const kept: KeptFile[] = [];
  for (const { path, node } of files) {
    const captures = again.has(node) ? [...node.captures, ...(again.get(node) ?? [])] : node.captures;
    const content = captures.find((capture) => capture.reader === reader)?.content;
    if (content === undefined) continue;
    // A hard link of a wished-for file under a name nobody wished for is not the reader's.
    if (reader.wants(path, node.mode, node.size).kind === 'none') continue;
    kept.push({ path, mode: node.mode, size: node.size, layer: node.layer, content });
  }
  return {
    kept,
    files: shared.files,
    links: shared.links,
    ...(about.distribution === undefined ? {} : { distribution: about.distribution }),
    architecture: about.architecture,
    realPath: (path) => shared.realPath(path),
    file: (path) => shared.file(path),
    filesUnder: (directory) => shared.filesUnder(directory),
  };
}
