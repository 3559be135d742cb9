import { HoldfastError } from '../errors/index.ts';
import { type Digest, parseDigest } from '../oci/index.ts';
import type { Entry, EntryFilter, EvidenceKind, Json, SqlValue } from './model.ts';
import { ledgerError } from './sqlite-error.ts';
import type { Statements } from './statements.ts';

/** Rows fetched at a time: between pages no statement is open, so a slow reader never holds back the log's clean-up. */
const pageRows = 256;

export function* readEntries(
  statements: Statements,
  place: string,
  filter: EntryFilter = {},
): Generator<Entry, void, undefined> {
  const { where, values } = conditions(filter);
  const sql = `
    SELECT e."index" AS position, e.kind, e.time, p.name AS producer, e.sequence, e.workload, e.leaf, e.body,
      (SELECT group_concat(s.digest, ' ' ORDER BY es.position) FROM entry_subjects es JOIN subjects s ON s.id = es.subject
        WHERE es.entry = e."index") AS subjects
    FROM entries e JOIN producers p ON p.id = e.producer WHERE e."index" >= ?${where} ORDER BY e."index" LIMIT ?`;
  let next = filter.from ?? 0;
  let left = filter.limit ?? Number.MAX_SAFE_INTEGER;
  while (left > 0) {
    const count = Math.min(left, pageRows);
    const page = attempt(place, () => statements.of(sql).all(next, ...values, count));
    for (const row of page) yield entryOf(row, place);
    if (page.length < count) return;
    left -= page.length;
    next = Number(page.at(-1)?.['position']) + 1;
  }
}

function conditions(filter: EntryFilter): { where: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  if (filter.kind !== undefined) {
    const kinds = typeof filter.kind === 'string' ? [filter.kind] : filter.kind;
    parts.push(` AND e.kind IN (${kinds.map(() => '?').join(', ')})`);
    values.push(...kinds);
  }
  if (filter.workload !== undefined) {
    parts.push(' AND e.workload = ?');
    values.push(filter.workload);
  }
  if (filter.subject !== undefined) {
    parts.push(
      ' AND e."index" IN (SELECT es.entry FROM entry_subjects es JOIN subjects s ON s.id = es.subject WHERE s.digest = ?)',
    );
    values.push(filter.subject);
  }
  return { where: parts.join(''), values };
}

function entryOf(row: Record<string, unknown>, place: string): Entry {
  const index = Number(row['position']);
  const where = `${place}, entry ${index}`;
  const leaf = row['leaf'];
  const workload = row['workload'];
  if (!(leaf instanceof Uint8Array)) throw new HoldfastError('ledger-corrupt', 'no leaf', { place: where });
  return {
    index,
    kind: String(row['kind']) as EvidenceKind,
    time: String(row['time']),
    subjects: subjectsOf(row['subjects'], where),
    ...(typeof workload === 'string' ? { workload } : {}),
    body: bodyOf(row['body'], where),
    producer: String(row['producer']),
    sequence: Number(row['sequence']),
    leaf: Buffer.from(leaf).toString('hex'),
  };
}

function subjectsOf(list: unknown, place: string): Digest[] {
  return typeof list === 'string' ? list.split(' ').map((digest) => parseDigest(digest, place)) : [];
}

function bodyOf(text: unknown, place: string): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch (cause) {
    throw new HoldfastError('ledger-corrupt', 'the body is not JSON', { place, cause });
  }
}

function attempt<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw ledgerError(cause, place);
  }
}
