import { HoldfastError } from '../../errors/index.ts';
import { parseDigest } from '../../oci/index.ts';
import { contentsLimits } from '../limits.ts';
import { nameFromBytes } from '../name.ts';
import type { FileManifest } from './model.ts';

/** One file of a manifest, found by its path. */
export interface ManifestRow {
  readonly path: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly size: number;
  readonly mode: number;
  readonly layer: number;
  /** Package URL. */
  readonly package?: string;
}

const place = 'file manifest';
/** UTF-16 code units of a directory's path or a name. */
const longestName = 32_768;

/**
 * The files of a predicate that somebody signed, in its own order. It is someone else's document: every field is checked,
 * and a path that stands twice is a contradiction.
 * @throws HoldfastError `file-manifest-malformed`
 */
export function readFileManifest(predicate: unknown): readonly ManifestRow[] {
  const { layers, packages, directories } = shapeOf(predicate);
  const rows: ManifestRow[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of directories.entries()) {
    const [directory, files] = pairOf(entry, `directories[${index}]`);
    const parent = nameOf(directory, `directories[${index}]`);
    if (!isDirectory(parent)) throw malformed('not an absolute, plain path', `directories[${index}]`);
    for (const [number, file] of listOf(files, `directories[${index}]`).entries()) {
      const row = rowOf(file, parent, { layers: layers.length, packages }, `directories[${index}], file ${number}`);
      if (seen.has(row.path)) throw malformed(`${row.path.slice(0, 200)} stands twice`, `directories[${index}]`);
      if (rows.length >= contentsLimits.entries) throw malformed(`more than ${contentsLimits.entries} files`, place);
      seen.add(row.path);
      rows.push(row);
    }
  }
  return rows;
}

type Shape = Pick<FileManifest, 'layers' | 'packages'> & { readonly directories: readonly unknown[] };

function shapeOf(predicate: unknown): Shape {
  if (typeof predicate !== 'object' || predicate === null) throw malformed('not an object', place);
  const { platform, layers, packages, directories } = predicate as Readonly<Record<string, unknown>>;
  if (typeof platform !== 'string') throw malformed('no platform', place);
  return {
    layers: listOf(layers, 'layers').map((layer) => parseDigest(textOf(layer, 'layers'), place)),
    packages: listOf(packages, 'packages').map((one) => textOf(one, 'packages')),
    directories: listOf(directories, 'directories'),
  };
}

interface Around {
  readonly layers: number;
  readonly packages: readonly string[];
}

function rowOf(file: unknown, parent: string, around: Around, where: string): ManifestRow {
  const fields = listOf(file, where);
  const [name, digest, size, mode, layer, owner] = fields;
  if (fields.length < 5 || fields.length > 6) throw malformed('not 5 or 6 fields', where);
  const base = nameOf(name, where);
  if (base === '' || base === '.' || base === '..' || base.includes('/')) throw malformed('not a file name', where);
  const packaged = owner === undefined ? undefined : around.packages[within(owner, around.packages.length, where)];
  return {
    path: parent === '/' ? `/${base}` : `${parent}/${base}`,
    sha256: sha256Of(textOf(digest, where), where),
    size: within(size, Number.MAX_SAFE_INTEGER, where),
    mode: within(mode, 0o10000, where),
    layer: within(layer, Math.max(1, around.layers), where),
    ...(packaged === undefined ? {} : { package: packaged }),
  };
}

function sha256Of(text: string, where: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== text) throw malformed('not a sha256 in base64url', where);
  return bytes.toString('hex');
}

function nameOf(value: unknown, where: string): string {
  if (typeof value === 'string') return checked(value, where);
  const encoded = typeof value === 'object' && value !== null ? (value as { bytes?: unknown }).bytes : undefined;
  const bytes = Buffer.from(textOf(encoded, where), 'base64');
  const name = nameFromBytes(bytes);
  // One name has one form, so that no path can stand twice under two spellings.
  if (bytes.toString('base64') !== encoded || name.isWellFormed()) throw malformed('not the bytes of a name', where);
  return checked(name, where);
}

function checked(name: string, where: string): string {
  if (name.includes('\0') || name.length > longestName) throw malformed('not a name', where);
  return name;
}

function isDirectory(path: string): boolean {
  if (path === '/') return true;
  return (
    path.startsWith('/') &&
    path
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function within(value: unknown, below: number, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < below) return value;
  throw malformed('a number is out of range', where);
}

function pairOf(value: unknown, where: string): readonly [unknown, unknown] {
  const list = listOf(value, where);
  if (list.length !== 2) throw malformed('not a pair', where);
  return [list[0], list[1]];
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw malformed('not a list', where);
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw malformed('not a text', where);
}

function malformed(message: string, where: string): HoldfastError {
  return new HoldfastError('file-manifest-malformed', message, { place: where });
}
