import type { Ledger, Row } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { Manifest, ManifestFile } from './model.ts';

const columns = `SELECT f.path, f.sha256, f.size, f.layer, p.purl FROM image_files f
  LEFT JOIN image_packages p ON p.image = f.image AND p.number = f.package WHERE f.image = ?`;

/** The file manifest of an image in the store; undefined: it was not read (to the end) yet. */
export function storedManifest(ledger: Ledger, image: Digest): (Manifest & StoredImage) | undefined {
  const [row] = ledger.query('SELECT id, files, packages FROM images WHERE image = ? AND complete = 1', [image]);
  if (row === undefined) return undefined;
  const id = Number(row['id']);
  return {
    files: Number(row['files']),
    packages: Number(row['packages']),
    byPath: (path) => fileOf(ledger.query(`${columns} AND f.path = ?`, [id, path])[0]),
    byContent: (sha256) => fileOf(ledger.query(`${columns} AND f.sha256 = ? ORDER BY f.path LIMIT 1`, [id, sha256])[0]),
  };
}

export interface StoredImage {
  readonly files: number;
  readonly packages: number;
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
