import { HoldfastError } from '../errors/index.ts';
import type { Entry, FactSet, FactTransaction } from '../ledger/index.ts';
import type { ImageContentsBody, ImagePart } from './bodies.ts';

/** What each image holds, as rows: asked by point queries, so that the agent never keeps a manifest in memory. */
export const imageFacts: FactSet = {
  name: 'images',
  version: 2,
  tables: [
    'CREATE TABLE images (id INTEGER PRIMARY KEY, image TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, complete INTEGER NOT NULL, files_digest TEXT, parts INTEGER NOT NULL, files INTEGER NOT NULL, packages INTEGER NOT NULL) STRICT',
    'CREATE TABLE image_files (image INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, mode INTEGER NOT NULL, layer INTEGER NOT NULL, package INTEGER, PRIMARY KEY (image, path)) STRICT, WITHOUT ROWID',
    'CREATE INDEX image_files_by_content ON image_files (image, sha256)',
    'CREATE TABLE image_packages (image INTEGER NOT NULL, number INTEGER NOT NULL, purl TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, type TEXT NOT NULL, location TEXT NOT NULL, PRIMARY KEY (image, number)) STRICT, WITHOUT ROWID',
    'CREATE TABLE image_links (image INTEGER NOT NULL, path TEXT NOT NULL, target TEXT NOT NULL, layer INTEGER NOT NULL, PRIMARY KEY (image, path)) STRICT, WITHOUT ROWID',
    'CREATE TABLE image_problems (image INTEGER NOT NULL, place TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL) STRICT',
  ],
  apply(entry, transaction) {
    if (entry.kind === 'image-contents') part(entry, transaction);
  },
};

function part(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as ImageContentsBody;
  const bytes = transaction.blob(body.blob);
  if (bytes === undefined) throw new HoldfastError('internal', 'an image part without its blob', { place: body.blob });
  const rows = JSON.parse(Buffer.from(bytes).toString('utf8')) as ImagePart;
  const id = imageRow(body, transaction);
  for (const [path, sha256, size, mode, layer, owner] of rows.files)
    transaction.run(
      'INSERT OR REPLACE INTO image_files VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      path,
      sha256,
      size,
      mode,
      layer,
      owner < 0 ? null : owner,
    );
  for (const row of rows.packages)
    transaction.run('INSERT OR REPLACE INTO image_packages VALUES (?, ?, ?, ?, ?, ?, ?)', id, ...row);
  for (const row of rows.links) transaction.run('INSERT OR REPLACE INTO image_links VALUES (?, ?, ?, ?)', id, ...row);
  for (const problem of rows.problems)
    transaction.run('INSERT INTO image_problems VALUES (?, ?, ?, ?)', id, problem.place, problem.code, problem.message);
  if (body.complete)
    transaction.run('UPDATE images SET complete = 1, files_digest = ? WHERE id = ?', body.filesDigest, id);
}

/** The image's row; part 0 begins anew, so that a reading that was broken off leaves nothing behind. */
function imageRow(body: ImageContentsBody, transaction: FactTransaction): number {
  const found = transaction.get('SELECT id FROM images WHERE image = ?', body.image);
  if (found !== undefined && body.part === 0) {
    for (const table of ['image_files', 'image_packages', 'image_links', 'image_problems'])
      transaction.run(`DELETE FROM ${table} WHERE image = ?`, found['id'] ?? 0);
    transaction.run(
      'UPDATE images SET complete = 0, files_digest = NULL, parts = 0, files = 0, packages = 0 WHERE id = ?',
      found['id'] ?? 0,
    );
  }
  if (found === undefined)
    transaction.run(
      'INSERT INTO images (image, kind, complete, parts, files, packages) VALUES (?, ?, 0, 0, 0, 0)',
      body.image,
      body.keyKind,
    );
  transaction.run(
    'UPDATE images SET parts = parts + 1, files = files + ?, packages = packages + ? WHERE image = ?',
    body.files,
    body.packages,
    body.image,
  );
  const row = found ?? transaction.get('SELECT id FROM images WHERE image = ?', body.image);
  return Number(row?.['id']);
}
