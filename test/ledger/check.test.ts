import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/index.ts';
import { counts, entry, openReader, openWriter, scratch } from './scratch.ts';

/** Each hand that alters the file, and the one kind of problem that must come of it. */
const alterations: [string, string, string][] = [
  ['a body', 'UPDATE entries SET body = \'{"n":9}\' WHERE "index" = 1', 'leaf'],
  ['a time', 'UPDATE entries SET time = \'2026-11-25T09:30:00.000Z\' WHERE "index" = 1', 'leaf'],
  ['a kind', 'UPDATE entries SET kind = \'verdict\' WHERE "index" = 1', 'leaf'],
  ['a workload', 'UPDATE entries SET workload = \'w\' WHERE "index" = 1', 'leaf'],
  ['a subject', 'DELETE FROM entry_subjects WHERE entry = 2', 'leaf'],
  ['a producer', "UPDATE producers SET name = 'other/test/none'", 'leaf'],
  [
    'a hole',
    'PRAGMA foreign_keys = OFF; DELETE FROM entry_subjects; DELETE FROM entry_blobs; DELETE FROM entries WHERE "index" = 1',
    'hole',
  ],
  ['a cut tail', 'PRAGMA foreign_keys = OFF; DELETE FROM entries WHERE "index" = 3', 'sequence'],
  ['a count', 'UPDATE producers SET last_sequence = 9', 'sequence'],
  ['a blob', "UPDATE blobs SET bytes = x'00'", 'blob'],
  ['a lost blob', 'PRAGMA foreign_keys = OFF; DELETE FROM blobs', 'file'],
  ['a fact', 'UPDATE kinds SET n = n + 1', 'facts'],
  ['a lost fact', 'DELETE FROM kinds', 'facts'],
];

for (const [what, sql, kind] of alterations) {
  test(`check finds ${what} that was altered in the file`, async (context) => {
    const directory = scratch(context);
    const ledger = openWriter(context, directory, { factSets: [counts] });
    const bytes = Buffer.from('an attached document');
    await ledger.append(
      [0, 1, 2, 3].map((n) => entry({ body: { n }, subjects: [digestOf(bytes)] })),
      { blobs: [bytes] },
    );
    assert.deepEqual(ledger.check().problems, []);
    await ledger.close();

    const database = new DatabaseSync(join(directory, 'ledger.db'));
    for (const trigger of ['entries_keep', 'entries_stay', 'entry_subjects_keep', 'entry_subjects_stay']) {
      database.exec(`DROP TRIGGER ${trigger}`);
    }
    database.exec(sql);
    database.close();

    // A writer would derive altered facts no better: check alone compares them.
    const reader = openReader(context, directory, kind === 'facts' ? [counts] : []);
    const kinds = reader.check().problems.map((problem) => problem.kind);
    assert.ok(kinds.includes(kind as 'leaf'), kinds.join(', '));
  });
}

test('entries can’t be changed or deleted by any statement that leaves the schema alone', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory);
  await ledger.append([entry()]);
  await ledger.close();
  const database = new DatabaseSync(join(directory, 'ledger.db'));
  assert.throws(() => database.exec("UPDATE entries SET kind = 'verdict'"), /never changed/);
  assert.throws(() => database.exec('DELETE FROM entries'), /never deleted/);
  database.close();
});
