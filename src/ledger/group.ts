import { HoldfastError } from '../errors/index.ts';
import { type PreparedBlob, type StoredBytes, writeBlob } from './blobs.ts';
import { type Facts, lastIndex } from './facts.ts';
import { canonicalEntry, leafOf } from './leaf.ts';
import type { Appended, Json } from './model.ts';
import type { PreparedEntry } from './prepare.ts';
import type { Statements } from './statements.ts';

export interface Producer {
  /** `HOST/COMPONENT/KEY`. */
  readonly name: string;
  readonly host: string;
  readonly component: string;
  readonly keyId: string;
}

/** One call of append, ready to be written. */
export interface Append {
  readonly producer: Producer;
  readonly entries: readonly PreparedEntry[];
  readonly blobs: readonly PreparedBlob[];
}

/**
 * Writes a group of appends in one transaction with one fsync. An append whose facts can't be derived is taken
 * back alone; anything the store itself says (full, damaged) takes back the whole group and is thrown.
 *
 * @returns for each append what became of it, durable
 */
export function writeGroup(
  statements: Statements,
  facts: Facts,
  group: readonly { readonly append: Append; readonly stored: readonly StoredBytes[] }[],
): readonly (Appended | HoldfastError)[] {
  const { database } = statements;
  database.exec('BEGIN IMMEDIATE');
  try {
    let next = lastIndex(statements) + 1;
    const results = group.map(({ append, stored }) => {
      database.exec('SAVEPOINT one');
      try {
        writeAppend(statements, facts, append, stored, next);
        database.exec('RELEASE one');
      } catch (cause) {
        if (!(cause instanceof HoldfastError && cause.code === 'facts-failed' && database.isTransaction)) throw cause;
        database.exec('ROLLBACK TO one; RELEASE one');
        return cause;
      }
      const first = next;
      next += append.entries.length;
      return { first, last: next - 1 };
    });
    facts.reached(next - 1);
    database.exec('COMMIT');
    return results;
  } catch (cause) {
    // SQLite may have rolled back by itself already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}

function writeAppend(
  statements: Statements,
  facts: Facts,
  append: Append,
  stored: readonly StoredBytes[],
  first: number,
): void {
  for (const [at, blob] of append.blobs.entries()) {
    const bytes = stored[at];
    if (bytes !== undefined) writeBlob(statements, blob, bytes);
  }
  const producer = producerRow(statements, append.producer);
  let { sequence } = producer;
  for (const [at, entry] of append.entries.entries()) {
    sequence += 1;
    writeEntry(statements, facts, entry, append, { id: producer.id, sequence }, first + at);
  }
  statements.of('UPDATE producers SET last_sequence = ? WHERE id = ?').run(sequence, producer.id);
}

function writeEntry(
  statements: Statements,
  facts: Facts,
  entry: PreparedEntry,
  append: Append,
  { id, sequence }: { readonly id: number; readonly sequence: number },
  index: number,
): void {
  const producer = append.producer.name;
  const leaf = leafOf(canonicalEntry(entry, { producer, sequence }));
  statements
    .of('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(index, entry.kind, entry.time, id, sequence, entry.workload ?? null, leaf, entry.body);
  for (const [position, digest] of entry.subjects.entries()) {
    statements.of('INSERT OR IGNORE INTO subjects(digest) VALUES (?)').run(digest);
    statements
      .of('INSERT INTO entry_subjects SELECT ?, ?, id FROM subjects WHERE digest = ?')
      .run(index, position, digest);
  }
  for (const { digest } of append.blobs) {
    if (names(entry, digest)) statements.of('INSERT INTO entry_blobs VALUES (?, ?)').run(index, digest);
  }
  if (facts.none) return;
  facts.apply({
    index,
    kind: entry.kind,
    time: entry.time,
    subjects: entry.subjects,
    ...(entry.workload === undefined ? {} : { workload: entry.workload }),
    // From the text that is stored, so that a rebuild sees just the same.
    body: JSON.parse(entry.body) as Json,
    producer,
    sequence,
    leaf: Buffer.from(leaf).toString('hex'),
  });
}

/** Whether an entry speaks of a digest: in its body or as a subject. */
export function names(entry: PreparedEntry, digest: PreparedBlob['digest']): boolean {
  return entry.body.includes(digest) || entry.subjects.includes(digest);
}

function producerRow(statements: Statements, producer: Producer): { id: number; sequence: number } {
  const find = statements.of('SELECT id, last_sequence FROM producers WHERE name = ?');
  let row = find.get(producer.name);
  if (row === undefined) {
    statements
      .of('INSERT INTO producers(name, host, component, key_id, last_sequence) VALUES (?, ?, ?, ?, 0)')
      .run(producer.name, producer.host, producer.component, producer.keyId);
    row = find.get(producer.name);
  }
  return { id: Number(row?.['id']), sequence: Number(row?.['last_sequence']) };
}
