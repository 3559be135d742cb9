import { resolve } from 'node:path';
import type { ImageFile, ImageLink } from '../../../src/contents/model.ts';
import type { ImageView, KeptFile, PackageReader, ReaderResult } from '../../../src/contents/packages/index.ts';

/** A tree by hand: a string or bytes is a file, `{ link }` a symlink. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

/** Runs one reader over a tree as `readContents` would, bytes arriving in pieces of the given size. */
export function readWith(
  reader: PackageReader,
  tree: Tree,
  options: { readonly piece?: number; readonly distribution?: ImageView['distribution'] } = {},
): ReaderResult {
  const files: ImageFile[] = [];
  const links: ImageLink[] = [];
  const kept: KeptFile[] = [];
  for (const [path, node] of Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof node === 'object' && 'link' in node) {
      links.push({ path, target: node.link, layer: 0 });
      continue;
    }
    const bytes = typeof node === 'string' ? new TextEncoder().encode(node) : node;
    const about = { path, mode: 0o755, size: bytes.length, layer: 0 };
    files.push({ ...about, sha256: '0'.repeat(64) });
    const wish = reader.wants(path, about.mode, about.size);
    if (wish.kind === 'keep') {
      kept.push(
        bytes.length > wish.bound
          ? { ...about, content: { kind: 'too-big', bound: wish.bound } }
          : { ...about, content: { kind: 'whole', bytes } },
      );
    } else if (wish.kind === 'scan') {
      const scanner = wish.scanner();
      const piece = options.piece ?? 65_536;
      for (let at = 0; at < bytes.length; at += piece) {
        if (scanner.push(bytes.slice(at, at + piece)) === 'done') break;
      }
      const extract = scanner.end();
      if (extract !== undefined) kept.push({ ...about, content: { kind: 'extract', bytes: extract } });
    }
  }
  return reader.read(viewOf(kept, files, links, options.distribution));
}

function viewOf(
  kept: readonly KeptFile[],
  files: readonly ImageFile[],
  links: readonly ImageLink[],
  distribution: ImageView['distribution'],
): ImageView {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const realPath = (path: string, depth = 0): string | undefined => {
    if (depth > 40) return undefined;
    for (const link of links) {
      if (path.startsWith(`${link.path}/`)) {
        const base = link.target.startsWith('/')
          ? link.target
          : `${link.path.slice(0, link.path.lastIndexOf('/'))}/${link.target}`;
        return realPath(resolve(base + path.slice(link.path.length)), depth + 1);
      }
    }
    return path;
  };
  return {
    kept,
    files,
    links,
    ...(distribution === undefined ? {} : { distribution }),
    architecture: 'amd64',
    realPath: (path) => realPath(path),
    file: (path) => byPath.get(realPath(path) ?? ''),
    filesUnder: (directory) => files.filter((file) => file.path.startsWith(`${realPath(directory) ?? ''}/`)),
  };
}
