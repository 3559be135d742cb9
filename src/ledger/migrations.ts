import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { HoldfastError } from '../errors/index.ts';

/** Numbered by place, from 1. Forward only: what was released is never edited, its checksum stands in every store. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  {
    name: 'entries',
    sql: `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE producers(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, host TEXT NOT NULL, component TEXT NOT NULL, key_id TEXT NOT NULL,
  last_sequence INTEGER NOT NULL) STRICT;
CREATE TABLE entries(
  "index" INTEGER PRIMARY KEY, kind TEXT NOT NULL, time TEXT NOT NULL, producer INTEGER NOT NULL REFERENCES producers(id),
  sequence INTEGER NOT NULL, workload TEXT, leaf BLOB NOT NULL CHECK(length(leaf) = 32), body TEXT NOT NULL,
  UNIQUE(producer, sequence)) STRICT;
CREATE INDEX entries_kind ON entries(kind);
CREATE INDEX entries_workload ON entries(workload) WHERE workload IS NOT NULL;
CREATE TABLE subjects(id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entry_subjects(
  entry INTEGER NOT NULL REFERENCES entries("index"), position INTEGER NOT NULL, subject INTEGER NOT NULL REFERENCES subjects(id),
  PRIMARY KEY(entry, position)) STRICT, WITHOUT ROWID;
CREATE INDEX entry_subjects_subject ON entry_subjects(subject, entry);
CREATE TABLE blobs(
  digest TEXT PRIMARY KEY, size INTEGER NOT NULL, coding TEXT NOT NULL CHECK(coding IN ('plain', 'zstd')), bytes BLOB NOT NULL) STRICT;
CREATE TABLE entry_blobs(
  entry INTEGER NOT NULL REFERENCES entries("index"), digest TEXT NOT NULL REFERENCES blobs(digest),
  PRIMARY KEY(entry, digest)) STRICT, WITHOUT ROWID;
CREATE TABLE fact_sets(
  name TEXT PRIMARY KEY, version INTEGER NOT NULL, checksum TEXT NOT NULL, objects TEXT NOT NULL, through INTEGER NOT NULL) STRICT;
CREATE TRIGGER entries_keep BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_subjects_keep BEFORE DELETE ON entry_subjects BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_subjects_stay BEFORE UPDATE ON entry_subjects BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
`,
  },
];

/** 'Hfst', in the header of the file: what `file` and we know it by. */
export const applicationId = 0x48667374;

/** How far a store is: fully migrated, older, or empty. @throws HoldfastError `ledger-foreign`, `ledger-newer` */
export function migrationState(database: DatabaseSync, place: string, list = migrations): number {
  const id = database.prepare('PRAGMA application_id').get()?.['application_id'];
  if (id !== applicationId) {
    const objects = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
    if (objects === 0 && id === 0) return 0;
    throw new HoldfastError('ledger-foreign', `the database's application id is ${String(id)}`, { place });
  }
  const applied = database.prepare('SELECT number, name, checksum FROM migrations ORDER BY number').all();
  for (const [at, row] of applied.entries()) {
    const known = list[at];
    const name = `migration ${String(row['number'])} (${String(row['name'])})`;
    if (known === undefined) throw new HoldfastError('ledger-newer', `it has ${name}`, { place });
    if (row['number'] !== at + 1 || row['checksum'] !== checksum(known)) {
      throw new HoldfastError('ledger-foreign', `${name} is not ours`, { place });
    }
  }
  return applied.length;
}

/** Brings the store to the newest schema: each migration whole or not at all. */
export function migrate(database: DatabaseSync, place: string, list = migrations): void {
  const done = migrationState(database, place, list);
  for (const [at, migration] of list.entries()) {
    if (at < done) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      if (at === 0) {
        database.exec(`PRAGMA application_id = ${applicationId}`);
        database.exec(
          'CREATE TABLE migrations(number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied TEXT NOT NULL) STRICT',
        );
      }
      database.exec(migration.sql);
      database
        .prepare('INSERT INTO migrations VALUES (?, ?, ?, ?)')
        .run(at + 1, migration.name, checksum(migration), new Date().toISOString());
      database.exec('COMMIT');
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw cause;
    }
  }
}

function checksum(migration: Migration): string {
  return createHash('sha256').update(`${migration.name}\0${migration.sql}`).digest('hex');
}
