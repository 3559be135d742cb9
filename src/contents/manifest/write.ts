import { dirname } from 'node:path/posix';
import type { ImageContents, ImageFile } from '../model.ts';
import { nameToBytes } from '../name.ts';
import type { FileManifest, FileRow, LinkRow, ManifestBase, Name } from './model.ts';

/**
 * The file manifest of an image as a document: compact, and the same for the same image. Files stand by directory, so that
 * a path is written once; numbers point into `packages` and `layers`.
 */
export function fileManifest(contents: ImageContents, base?: ManifestBase): FileManifest {
  const { platform, layers, files, links, problems } = contents;
  const packages = [...new Set(contents.packages.map((one) => one.purl))].sort();
  const numbers = new Map(packages.map((purl, index) => [purl, index]));
  const directories = new Map<string, FileRow[]>();
  for (const file of files) {
    const directory = dirname(file.path);
    const rows = directories.get(directory) ?? [];
    directories.set(directory, rows);
    const owner = file.owner === undefined ? undefined : numbers.get(contents.packages[file.owner]?.purl ?? '');
    rows.push(rowOf(file, owner));
  }
  return {
    platform: `${platform.os}/${platform.architecture}`,
    layers: layers.map((layer) => layer.diffId),
    packages,
    ...(base === undefined ? {} : { base }),
    directories: [...directories].map(([directory, rows]) => [nameOf(directory), rows]),
    links: links.map((link): LinkRow => [nameOf(link.path), nameOf(link.target), link.layer]),
    problems: problems.length,
  };
}

function rowOf({ path, sha256, size, mode, layer }: ImageFile, owner: number | undefined): FileRow {
  const name = nameOf(path.slice(path.lastIndexOf('/') + 1));
  const digest = Buffer.from(sha256, 'hex').toString('base64url');
  return owner === undefined ? [name, digest, size, mode, layer] : [name, digest, size, mode, layer, owner];
}

function nameOf(name: string): Name {
  return name.isWellFormed() ? name : { bytes: Buffer.from(nameToBytes(name)).toString('base64') };
}
