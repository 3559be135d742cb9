import {
  type FoundPackage,
  type ImageFile,
  type ImageTree,
  type Links,
  linksOf,
  resolvePath,
} from '../contents/index.ts';
import type { ImageConfig } from '../oci/index.ts';
import type { Head } from './elf/elf.ts';
import type { Heard } from './reader.ts';

/** An image as hardening looks at it: what is there, what leads where, what needs what. Nothing in it is on disk. */
export interface Picture extends Heard {
  readonly files: ReadonlyMap<string, ImageFile>;
  readonly links: Links;
  readonly directories: ReadonlySet<string>;
  /** Devices and fifos. */
  readonly others: ReadonlySet<string>;
  /** Directories in which nothing stands. */
  readonly empty: readonly string[];
  /** Paths of files and links by their last component. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
  readonly packages: readonly FoundPackage[];
  readonly config: Pick<ImageConfig, 'entrypoint' | 'command' | 'environment' | 'user' | 'workingDir'> & {
    readonly volumes: readonly string[];
  };
}

export type PictureConfig = Picture['config'];

export function pictureOf(
  { contents, entries }: ImageTree,
  heard: Heard,
  packages: readonly FoundPackage[],
  config: PictureConfig,
): Picture {
  const directories = new Set<string>();
  const others = new Set<string>();
  const filled = new Set<string>();
  const byName = new Map<string, string[]>();
  for (const { path, kind } of entries) {
    if (kind === 'directory') directories.add(path);
    else if (kind === 'other') others.add(path);
    else {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const paths = byName.get(name) ?? [];
      byName.set(name, paths);
      paths.push(path);
    }
    if (path !== '/') filled.add(parentOf(path));
  }
  return {
    ...heard,
    files: new Map(contents.files.map((file) => [file.path, file])),
    links: linksOf(contents.links),
    directories,
    others,
    empty: [...directories].filter((one) => !filled.has(one)),
    byName,
    packages,
    config,
  };
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Where a path leads, all symlinks followed; undefined in a circle. It need not be there. */
export function realPath({ links }: Pick<Picture, 'links'>, path: string): string | undefined {
  return resolvePath(links, path, { last: 'follow' });
}

/** What the file that a path leads to begins as. */
export function headOf(picture: Picture, path: string): Head | undefined {
  const real = realPath(picture, path);
  return real === undefined ? undefined : picture.heads.get(real);
}

/** A kept text, bytes that are no UTF-8 replaced: for reading what it says, not for writing it again. */
export function textOf(picture: Picture, path: string): string | undefined {
  const real = realPath(picture, path);
  return real === undefined ? undefined : picture.texts.get(real)?.toString('utf8');
}

/** Directories in which the image looks for programs. */
export function searchPath({ config }: Picture): readonly string[] {
  const path = config.environment.find((one) => one.startsWith('PATH='))?.slice('PATH='.length);
  const usual = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return (path ?? usual).split(':').filter((one) => one.startsWith('/'));
}

/** The program that a word of a command means: by path, or the first found in the search path. */
export function programOf(picture: Picture, word: string): string | undefined {
  const { config } = picture;
  if (word.includes('/')) return word.startsWith('/') ? word : `${config.workingDir ?? '/'}/${word}`;
  return searchPath(picture)
    .map((directory) => `${directory}/${word}`)
    .find((path) => {
      const real = realPath(picture, path);
      return real !== undefined && picture.files.has(real);
    });
}
