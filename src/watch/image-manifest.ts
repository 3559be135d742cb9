import type { Links } from '../contents/index.ts';
import type { Ledger, Row } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { Manifest, ManifestFile } from './model.ts';

const columns = `SELECT f.path, f.sha256, f.size, f.layer, p.purl FROM image_files f
  LEFT JOIN image_packages p ON p.image = f.image AND p.number = f.package WHERE f.image = ?`;

/** The file manifest of an image in the store; undefined: it was not read (to the end) yet. */
export function storedManifest(ledger: Ledger, image: Digest): (Manifest & StoredImage) | undefined {
  const [row] = ledger.query('SELECT id, files_digest, files, packages FROM images WHERE image = ? AND complete = 1', [
    image,
  ]);
  if (row === undefined) return undefined;
  const id = Number(row['id']);
  const byPath = remembering((path) => fileOf(ledger.query(`${columns} AND f.path = ?`, [id, path])[0]));
  const byContent = remembering((sha256) =>
    fileOf(ledger.query(`${columns} AND f.sha256 = ? ORDER BY f.path LIMIT 1`, [id, sha256])[0]),
  );
  return {
    files: Number(row['files']),
    packages: Number(row['packages']),
    filesDigest: String(row['files_digest']),
    byPath,
    byContent,
  };
}

/** What a profile of an image is generalised by: its symlinks, and every directory that holds a file of it. */
export function storedTree(
  ledger: Ledger,
  image: Digest,
): { readonly links: Links; readonly directories: ReadonlySet<string> } {
  const rows = (table: string): readonly Row[] =>
    ledger.query(`SELECT t.* FROM ${table} t JOIN images i ON i.id = t.image WHERE i.image = ? AND i.complete = 1`, [
      image,
    ]);
  const directories = new Set(['/']);
  for (const row of rows('image_files')) {
    let path = String(row['path']);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/')) {
      path = path.slice(0, slash);
      if (directories.has(path)) break;
      directories.add(path);
    }
  }
  const links = new Map(rows('image_links').map((row) => [String(row['path']), String(row['target'])]));
  return { links, directories };
}

/** Files asked for again and again; a complete image never changes. */
const rememberedMax = 2048;

/** The last answers, so that a program that runs with ever new arguments costs one question. */
function remembering(ask: (key: string) => ManifestFile | undefined): (key: string) => ManifestFile | undefined {
  const answers = new Map<string, ManifestFile | undefined>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known;
    const answer = ask(key);
    const oldest = answers.keys().next();
    if (answers.size >= rememberedMax && oldest.done !== true) answers.delete(oldest.value);
    answers.set(key, answer);
    return answer;
  };
}

export interface StoredImage {
  readonly files: number;
  readonly packages: number;
  /** `filesDigest` of src/contents. */
  readonly filesDigest: string;
}

/** Paths by which two images in the store differ, in either direction; at most `most`, and how many there are. */
export function differingPaths(
  ledger: Ledger,
  one: Digest,
  other: Digest,
  most: number,
): { readonly paths: readonly string[]; readonly count: number } {
  const rows = 'SELECT path, sha256, size, mode FROM image_files WHERE image = (SELECT id FROM images WHERE image =';
  const only = (a: string, b: string): string => `SELECT path FROM (${rows} ${a}) EXCEPT ${rows} ${b}))`;
  const differing = `${only('?1', '?2')} UNION ${only('?2', '?1')}`;
  const [row] = ledger.query(`SELECT count(*) AS count FROM (${differing})`, [one, other]);
  const paths = ledger.query(`${differing} ORDER BY path LIMIT ${most}`, [one, other]);
  return { paths: paths.map(({ path }) => String(path)), count: Number(row?.['count'] ?? 0) };
}

function fileOf(row: Row | undefined): ManifestFile | undefined {
  if (row === undefined) return undefined;
  const purl = row['purl'];
  return {
    path: String(row['path']),
    sha256: String(row['sha256']),
    size: Number(row['size']),
    layer: Number(row['layer']),
    ...(typeof purl === 'string' ? { package: purl } : {}),
  };
}
