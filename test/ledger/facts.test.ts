import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evidenceKinds, type FactSet, openLedger } from '../../src/ledger/index.ts';
import { digestOf } from '../../src/oci/index.ts';
import { coded, counts, digest, entry, openReader, openWriter, scratch } from './scratch.ts';

const factSets = [counts];
const rows = (sql: string, ledger: { query(sql: string): readonly unknown[] }): unknown[] =>
  ledger.query(sql).map((row) => ({ ...(row as object) }));

test('facts are there when append returns, and equal what a rebuild gives', async (context) => {
  const ledger = openWriter(context, scratch(context), { factSets });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...evidenceKinds), { minLength: 1, maxLength: 30 }), async (kinds) => {
      await ledger.append(kinds.map((kind) => entry({ kind })));
      const all = [...ledger.read()];
      const expected = [...new Set(all.map((one) => one.kind))].sort().map((kind) => {
        const those = all.filter((one) => one.kind === kind);
        return { kind, n: those.length, last: those.at(-1)?.index };
      });
      assert.deepEqual(rows('SELECT * FROM kinds ORDER BY kind', ledger), expected);
    }),
    { numRuns: 20 },
  );
  const before = rows('SELECT * FROM kinds ORDER BY kind', ledger);
  ledger.rebuildFacts();
  assert.deepEqual(rows('SELECT * FROM kinds ORDER BY kind', ledger), before);
  assert.deepEqual(ledger.check().problems, []);
});

test('another version or another table derives anew at the next opening', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory, { factSets });
  await ledger.append([entry(), entry({ kind: 'finding' })]);
  await ledger.close();

  const second: FactSet = {
    ...counts,
    version: 2,
    apply: (one, tx) => tx.run('INSERT INTO kinds VALUES (?, 0, ?)', one.kind, one.index),
  };
  assert.throws(() => openLedger({ mode: 'read', directory, factSets: [second] }), coded('facts-stale'));
  const again = openWriter(context, directory, { factSets: [second] });
  assert.deepEqual(rows('SELECT n FROM kinds', again), [{ n: 0 }, { n: 0 }]);
  await again.close();

  const third: FactSet = {
    ...second,
    tables: ['CREATE TABLE seen(at INTEGER PRIMARY KEY)', 'CREATE VIEW latest AS SELECT max(at) AS at FROM seen'],
    apply: (one, tx) => tx.run('INSERT INTO seen VALUES (?)', one.index),
  };
  const last = openWriter(context, directory, { factSets: [third] });
  assert.deepEqual(rows('SELECT at FROM latest', last), [{ at: 1 }]);
  assert.throws(() => last.query('SELECT * FROM kinds'), coded('query-refused', /no such table/));
  assert.deepEqual(last.check().problems, []);
});

test('a set that a writer did not know of is stale until the next one that does brings it up', async (context) => {
  const directory = scratch(context);
  for (const sets of [factSets, [], factSets]) {
    const ledger = openWriter(context, directory, { factSets: sets });
    await ledger.append([entry()]);
    await ledger.close();
    if (sets.length > 0) continue;
    assert.throws(() => openLedger({ mode: 'read', directory, factSets }), coded('facts-stale'));
    assert.equal([...openReader(context, directory).read()].length, 2);
  }
  const reader = openReader(context, directory, factSets);
  assert.deepEqual(rows('SELECT n, last FROM kinds', reader), [{ n: 3, last: 2 }]);
});

test('an entry whose facts fail is not written, and those beside it are', async (context) => {
  const picky: FactSet = {
    ...counts,
    apply(one, tx) {
      counts.apply(one, tx);
      if (one.kind === 'verdict') throw new Error('not this one');
    },
  };
  const ledger = openWriter(context, scratch(context), { factSets: [picky], lingerMilliseconds: 5 });
  const results = await Promise.allSettled([
    ledger.append([entry(), entry()]),
    ledger.append([entry(), entry({ kind: 'verdict' })]),
    ledger.append([entry()]),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.ok(results[1]?.status === 'rejected');
  coded('facts-failed', /not this one/)(results[1].reason);
  assert.deepEqual(
    [...ledger.read()].map((one) => [one.index, one.sequence]),
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  );
  assert.deepEqual(rows('SELECT kind, n FROM kinds', ledger), [{ kind: 'observation', n: 3 }]);
  assert.deepEqual(ledger.check().problems, []);
});

test('facts can be read from attached documents', async (context) => {
  const files: FactSet = {
    name: 'files',
    version: 1,
    tables: ['CREATE TABLE files(path TEXT PRIMARY KEY) STRICT'],
    apply(one, tx) {
      const [document] = one.subjects;
      const bytes = document === undefined ? undefined : tx.blob(document);
      if (bytes !== undefined)
        tx.run('INSERT INTO files SELECT value FROM json_each(?)', Buffer.from(bytes).toString());
    },
  };
  const ledger = openWriter(context, scratch(context), { factSets: [files] });
  const bytes = Buffer.from(JSON.stringify(['/bin/sh', '/etc/passwd']));
  await ledger.append([entry({ kind: 'image-contents', subjects: [digestOf(bytes)] })], { blobs: [bytes] });
  await ledger.append([entry({ subjects: [digest('a')] })]);
  assert.deepEqual(rows('SELECT path FROM files', ledger), [{ path: '/bin/sh' }, { path: '/etc/passwd' }]);
  ledger.rebuildFacts();
  assert.deepEqual(ledger.check().problems, []);
});

test('a set sees its own tables and nothing that is not in the entries', async (context) => {
  const forbidden = [
    'SELECT * FROM entries',
    'SELECT * FROM sqlite_schema',
    'DELETE FROM entries',
    'INSERT INTO meta VALUES (1, 2)',
    'INSERT INTO kinds SELECT digest, 1, 1 FROM blobs',
    'SELECT random()',
    'SELECT current_timestamp',
    'DROP TABLE kinds',
    'CREATE TABLE x(y)',
    'PRAGMA user_version = 3',
    'COMMIT',
    "ATTACH '' AS other",
  ];
  for (const sql of forbidden) {
    const set: FactSet = { ...counts, apply: (_one, tx) => void tx.all(sql) };
    const ledger = openWriter(context, scratch(context), { factSets: [set] });
    await assert.rejects(ledger.append([entry()]), coded('facts-failed', /not authorized|prohibited/), sql);
    assert.deepEqual(ledger.check().entries, 0);
    await ledger.close();
  }
});

test('tables that are not a set’s to make are refused at opening', (context) => {
  const directory = scratch(context);
  const bad: Partial<FactSet>[] = [
    { tables: ['CREATE TABLE entries(x)'] },
    { tables: ['CREATE TABLE'] },
    { tables: ['CREATE TABLE x(y)', 'CREATE TRIGGER t AFTER INSERT ON x BEGIN DELETE FROM x; END'] },
    { name: 'Not A Name' },
    { version: 1.5 },
  ];
  for (const over of bad) {
    const set = { ...counts, ...over };
    assert.throws(
      () => openLedger({ mode: 'write', directory, component: 'test', factSets: [set] }),
      coded('facts-failed'),
    );
  }
  assert.throws(
    () => openLedger({ mode: 'write', directory, component: 'test', factSets: [counts, counts] }),
    coded('facts-failed'),
  );
});
