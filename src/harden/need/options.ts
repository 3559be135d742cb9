import type { Recipe } from '../../profile/index.ts';
import { type Picture, realPath } from '../picture.ts';
import type { Needed } from './needed.ts';

export type HardenOptions = Recipe['spec']['harden'];

export const noOptions: HardenOptions = { keep: [], remove: [], keepPackages: [], shell: 'profile' };

/** What `remove` names, and all below it. Paths are as the image has them, whichever name of a directory was used. */
export function refusalOf(picture: Pick<Picture, 'links'>, { remove }: HardenOptions): (path: string) => boolean {
  const named = new Set(remove.flatMap((path) => [clean(path), realPath(picture, path) ?? path]));
  if (named.size === 0) return () => false;
  return (path) => {
    for (let at = path; at !== '' && at !== '/'; at = at.slice(0, at.lastIndexOf('/'))) if (named.has(at)) return true;
    return false;
  };
}

function clean(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}

const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/ash', '/bin/busybox'];

/** `keep`, `keepPackages` and `shell` of a recipe. @returns names and packages that the image does not have */
export function keepOptions(picture: Picture, options: HardenOptions, needed: Needed): readonly string[] {
  const absent: string[] = [];
  for (const path of options.keep) {
    const real = needed.keep(path, { why: 'recipe', of: `keep ${path}` });
    if (real === undefined) absent.push(path);
    else keepBelow(picture, real, needed, `keep ${path}`);
  }
  for (const name of options.keepPackages) {
    const packages = picture.packages.filter((one) => one.name === name);
    if (packages.length === 0) absent.push(name);
    for (const { owns } of packages)
      for (const path of owns)
        if (isLeaf(picture, path) && !isDocument(path))
          needed.keep(path, { why: 'recipe', of: `keepPackages ${name}` });
  }
  if (options.shell === 'keep') for (const path of shells) needed.keep(path, { why: 'shell', of: path });
  return absent;
}

function keepBelow(picture: Picture, directory: string, needed: Needed, of: string): void {
  if (!picture.directories.has(directory)) return;
  const start = directory === '/' ? '/' : `${directory}/`;
  for (const paths of [picture.files.keys(), picture.links.keys(), picture.directories, picture.others])
    for (const path of paths) if (path.startsWith(start)) needed.keep(path, { why: 'recipe', of });
}

function isLeaf(picture: Picture, path: string): boolean {
  const real = realPath(picture, path);
  return picture.links.has(path) || (real !== undefined && picture.files.has(real));
}

/** What people read, and programs do not. */
export function isDocument(path: string): boolean {
  return /^\/usr\/(?:local\/)?(?:share\/(?:doc|man|info|lintian|doc-base|bug|gtk-doc|help|linda)|man)(?:\/|$)/.test(
    path,
  );
}
