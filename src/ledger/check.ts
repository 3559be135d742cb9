import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { HoldfastError } from '../errors/index.ts';
import type { Digest } from '../oci/index.ts';
import { readBlob } from './blobs.ts';
import type { FactTables } from './fact-tables.ts';
import { Derivation } from './fact-transaction.ts';
import { lastIndex, requireFacts } from './facts.ts';
import { canonicalEntry, leafOf } from './leaf.ts';
import type { CheckReport, Entry, LedgerProblem } from './model.ts';
import { readEntries } from './read.ts';
import { Statements } from './statements.ts';

const mostProblems = 1000;

/**
 * Whether the store still says what was appended: SQLite's own check, every leaf over its bytes, no hole in the
 * indexes nor in any producer's sequence, every blob its digest, and the facts equal to those derived anew.
 * All in one snapshot, beside the writer; nothing is repaired. Costs one reading of the whole store.
 */
export function checkLedger(statements: Statements, place: string, facts: readonly FactTables[]): CheckReport {
  const { database } = statements;
  const problems: LedgerProblem[] = [];
  const found = (kind: LedgerProblem['kind'], where: string, message: string): void => {
    if (problems.length < mostProblems) problems.push({ kind, place: where, message });
  };
  database.exec('BEGIN');
  try {
    checkFile(statements, place, found);
    const entries = checkEntries(statements, place, facts, found);
    const producers = checkProducers(statements, found);
    const blobs = checkBlobs(statements, found);
    return { entries, blobs, producers, factSets: facts.length, problems };
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

type Found = (kind: LedgerProblem['kind'], place: string, message: string) => void;

function checkFile(statements: Statements, place: string, found: Found): void {
  for (const row of statements.of('PRAGMA integrity_check(100)').all()) {
    if (row['integrity_check'] !== 'ok') found('file', place, String(row['integrity_check']));
  }
  for (const row of statements.of('PRAGMA foreign_key_check').all()) {
    found('file', `${String(row['table'])} row ${String(row['rowid'])}`, `names nothing in ${String(row['parent'])}`);
  }
}

function checkEntries(statements: Statements, place: string, facts: readonly FactTables[], found: Found): number {
  // '' is a private database on disk that SQLite deletes: facts may be larger than memory.
  const scratch = new Statements(new DatabaseSync(''));
  try {
    for (const { set } of facts) for (const sql of set.tables) scratch.database.exec(sql);
    const derivations = facts.map((one) => new Derivation(one, scratch, (digest) => readBlob(statements, digest)));
    scratch.database.exec('BEGIN');
    let expected = 0;
    for (const entry of readEntries(statements, place)) {
      if (entry.index !== expected) found('hole', `entry ${expected}`, `the next entry is ${entry.index}`);
      expected = entry.index + 1;
      if (!leafHolds(statements, entry)) found('leaf', `entry ${entry.index}`, 'its bytes are not those of its leaf');
      for (const derivation of derivations) derive(derivation, entry, found);
    }
    compareFacts(statements, scratch, place, facts, found);
    return lastIndex(statements) + 1;
  } finally {
    scratch.database.close();
  }
}

function leafHolds(statements: Statements, entry: Entry): boolean {
  const body = statements.of('SELECT body FROM entries WHERE "index" = ?').get(entry.index)?.['body'];
  const { kind, time, subjects, workload, producer, sequence } = entry;
  const bytes = canonicalEntry({ kind, time, subjects, workload, body: String(body) }, { producer, sequence });
  return Buffer.from(leafOf(bytes)).toString('hex') === entry.leaf;
}

function derive(derivation: Derivation, entry: Entry, found: Found): void {
  try {
    derivation.apply(entry);
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'facts-failed') throw cause;
    found('facts', cause.place ?? '', cause.message);
  }
}

function checkProducers(statements: Statements, found: Found): number {
  const rows = statements
    .of(
      `SELECT p.name, p.last_sequence AS last, count(e.sequence) AS n, coalesce(min(e.sequence), 1) AS low, coalesce(max(e.sequence), 0) AS high
       FROM producers p LEFT JOIN entries e ON e.producer = p.id GROUP BY p.id`,
    )
    .all();
  for (const row of rows) {
    const [last, n, low, high] = [Number(row['last']), Number(row['n']), Number(row['low']), Number(row['high'])];
    if (low !== 1 || high !== n || last !== n) {
      found('sequence', String(row['name']), `${n} entries from ${low} to ${high}, the producer's count is ${last}`);
    }
  }
  return rows.length;
}

function checkBlobs(statements: Statements, found: Found): number {
  const digests = statements.of('SELECT digest FROM blobs ORDER BY digest').all();
  for (const { digest } of digests) {
    try {
      readBlob(statements, String(digest) as Digest);
    } catch (cause) {
      found('blob', String(digest), cause instanceof Error ? cause.message : String(cause));
    }
  }
  return digests.length;
}

function compareFacts(
  statements: Statements,
  scratch: Statements,
  place: string,
  facts: readonly FactTables[],
  found: Found,
): void {
  for (const one of facts) {
    try {
      requireFacts(statements, place, [one]);
    } catch (cause) {
      found('facts', `fact set ${one.set.name}`, cause instanceof Error ? cause.message : String(cause));
      continue;
    }
    for (const table of one.tables) {
      if (!sameRows(statements, scratch, table)) {
        found('facts', `table ${table}`, 'its rows are not those that the entries give');
      }
    }
  }
}

function sameRows(one: Statements, other: Statements, table: string): boolean {
  const name = JSON.stringify(table);
  const columns = one.of(`SELECT * FROM ${name}`).columns();
  const sql = `SELECT * FROM ${name} ORDER BY ${columns.map((_, at) => at + 1).join(', ')}`;
  const expected = other.of(sql).iterate();
  for (const row of one.of(sql).iterate()) {
    const next = expected.next();
    if (next.done === true || !isDeepStrictEqual(row, next.value)) return false;
  }
  return expected.next().done === true;
}
