import type { ImageFile, ImageLink, ImagePackage, ImageProblem } from '../model.ts';

/**
 * The seam between reading layers and knowing package databases. A reader says, by path, which files it wants while
 * the layers stream by (`wants`), and is asked once, after all layers are flattened, what it makes of those that
 * survived (`read`). Readers do no I/O, keep no state between images and never throw: what is broken is a problem.
 */
export interface PackageReader {
  /** Short and fixed, used in problems: `dpkg`, `npm`, `python`, `go`. */
  readonly name: string;
  /**
   * Called for each regular file, on every layer, so it must be quick and pure. `path` is absolute and clean (as in
   * `ImageFile.path`); it is asked again with the final path when hard links or symlinked directories moved the file.
   */
  wants(path: string, mode: number, size: number): Wish;
  read(view: ImageView): ReaderResult;
}

/** What to do with a file's bytes. The file's sha256 is taken in any case. */
export type Wish =
  | { readonly kind: 'none' }
  /** All bytes, if they are at most `bound`; a bigger file comes as `too-big`. */
  | { readonly kind: 'keep'; readonly bound: number }
  /** A fresh scanner sees every chunk and leaves a small extract, so that big files are never held. */
  | { readonly kind: 'scan'; readonly scanner: () => Scanner };

/** Shared, since it is the answer nearly always. */
export const noWish: Wish = { kind: 'none' };

export interface Scanner {
  /**
   * The next bytes, in order, cut anywhere. They are valid during the call only: copy what must last.
   * `done` ends the scan early (the file is not of the kind looked for, or all was seen).
   */
  push(bytes: Uint8Array): 'more' | 'done';
  /** Called once, after the last bytes or after `done`. Undefined: nothing of interest, the file won't be in the view. */
  end(): Uint8Array | undefined;
}

/** A file this reader wished for and that survived whiteouts and upper layers. */
export interface KeptFile {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly layer: number;
  readonly content:
    | { readonly kind: 'whole'; readonly bytes: Uint8Array }
    | { readonly kind: 'extract'; readonly bytes: Uint8Array }
    | { readonly kind: 'too-big'; readonly bound: number };
}

/** The flattened image as one reader sees it. */
export interface ImageView {
  /** Only this reader's wishes, sorted by path. */
  readonly kept: readonly KeptFile[];
  /** Every regular file, sorted by path, owners not yet set. */
  readonly files: readonly ImageFile[];
  /** Every symlink, sorted by path. */
  readonly links: readonly ImageLink[];
  /** Of the distribution (`/etc/os-release`), for purls' qualifiers and namespaces. */
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name?: string };
  readonly architecture: string;
  /**
   * The real path of `path`: symlinked directories are followed, the last component is not. `/bin/ls` is
   * `/usr/bin/ls` where `/bin` links to `usr/bin`. Undefined in a cycle. The path need not exist.
   */
  realPath(path: string): string | undefined;
  /** The file at a path as a database spells it (`realPath` applied), if a regular file is there. */
  file(path: string): ImageFile | undefined;
  /** The regular files below a directory (spelled anyhow), sorted, itself and symlinks excluded. */
  filesUnder(directory: string): readonly ImageFile[];
}

/**
 * A package and the paths it owns, as its database spells them (directories, symlinks and paths that are not there
 * are ignored). Two readers may claim one file (a Debian package that ships a dist-info): the reader that stands
 * earlier in the list given to `readContents` wins; within one reader the package that comes first.
 */
export interface FoundPackage extends ImagePackage {
  readonly owns: readonly string[];
}

export interface ReaderResult {
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly ImageProblem[];
}
