import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Entry, ledgerBounds, type NewEntry, openLedger } from '../../src/ledger/index.ts';
import { digestOf } from '../../src/oci/index.ts';
import { coded, digest, entry, openReader, openWriter, scratch } from './scratch.ts';

test('what is appended is read back, in order, with index, producer, sequence and leaf', async (context) => {
  const ledger = openWriter(context, scratch(context));
  const one = entry({
    kind: 'finding',
    subjects: [digest('b'), digest('a')],
    workload: 'h/n/w',
    body: { z: [-0], a: 'é' },
  });
  assert.deepEqual(await ledger.append([one, entry()]), { first: 0, last: 1 });
  const [first, second, ...rest] = [...ledger.read()];
  assert.deepEqual(rest, []);
  const { leaf, ...seen } = first as Entry;
  assert.deepEqual(seen, {
    ...one,
    body: { a: 'é', z: [0] },
    index: 0,
    producer: `${ledger.host.id}/test/none`,
    sequence: 1,
  });
  assert.match(leaf, /^[0-9a-f]{64}$/);
  assert.equal(second?.sequence, 2);
  assert.equal('workload' in (second ?? {}), false);
});

test('the store is for its owner alone', async (context) => {
  const directory = join(scratch(context), 'a', 'b');
  const ledger = openWriter(context, directory);
  await ledger.append([entry()]);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm', 'writer.json']) {
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
  }
  await ledger.close();
  assert.equal(existsSync(join(directory, 'writer.json')), false);
});

test('many appends at once: each stands together, each component in its own order, no holes', async (context) => {
  const ledger = openWriter(context, scratch(context), { lingerMilliseconds: 2 });
  const calls = Array.from({ length: 300 }, (_, call) => {
    const component = call % 3 === 0 ? 'other' : 'test';
    const entries = Array.from({ length: 1 + (call % 4) }, (_unused, part) => entry({ body: { call, part } }));
    return { component, entries };
  });
  const appended = await Promise.all(calls.map(({ entries, component }) => ledger.append(entries, { component })));
  const all = [...ledger.read()];
  let next = 0;
  for (const [at, { first, last }] of appended.entries()) {
    assert.equal(first, next);
    assert.equal(last - first + 1, calls[at]?.entries.length);
    for (let index = first; index <= last; index++)
      assert.deepEqual(all[index]?.body, { call: at, part: index - first });
    next = last + 1;
  }
  assert.equal(all.length, next);
  for (const component of ['other', 'test']) {
    const sequences = all.filter((one) => one.producer.includes(`/${component}/`)).map((one) => one.sequence);
    assert.deepEqual(
      sequences,
      sequences.map((_, at) => at + 1),
    );
  }
  assert.deepEqual(ledger.check().problems, []);
});

test('indexes and sequences go on after a restart', async (context) => {
  const directory = scratch(context);
  for (let run = 0; run < 3; run++) {
    const ledger = openWriter(context, directory);
    assert.deepEqual(await ledger.append([entry({ body: { run } })]), { first: run, last: run });
    await ledger.close();
  }
  assert.deepEqual(
    [...openReader(context, directory).read()].map((one) => one.sequence),
    [1, 2, 3],
  );
});

test('close writes what was queued before it, and nothing comes after', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory, { lingerMilliseconds: 50 });
  const queued = ledger.append([entry()]);
  await ledger.close();
  assert.deepEqual(await queued, { first: 0, last: 0 });
  await assert.rejects(ledger.append([entry()]), coded('ledger-closed'));
  assert.throws(() => ledger.query('SELECT 1'), coded('ledger-closed'));
  assert.equal([...openReader(context, directory).read()].length, 1);
});

test('what the caller does to its objects afterwards changes nothing', async (context) => {
  const ledger = openWriter(context, scratch(context), { lingerMilliseconds: 5 });
  const body = { list: ['before'] };
  const subjects = [digest('a')];
  const appended = ledger.append([entry({ body, subjects })]);
  body.list[0] = 'after';
  subjects.push(digest('b'));
  await appended;
  const [one] = [...ledger.read()];
  assert.deepEqual(one?.body, { list: ['before'] });
  assert.deepEqual(one?.subjects, [digest('a')]);
});

test('an entry that is not one is refused, with all of its append', async (context) => {
  const ledger = openWriter(context, scratch(context));
  const bad: [Parameters<typeof coded>[0], unknown][] = [
    ['entry-malformed', { kind: 'rumour' }],
    ['entry-malformed', { time: '2026-11-24T09:30:00Z' }],
    ['entry-malformed', { time: '2026-02-30T09:30:00.000Z' }],
    ['entry-malformed', { time: '2026-11-24T24:30:00.000Z' }],
    ['entry-malformed', { time: '2026-11-24T09:30:00.000+01:00' }],
    ['entry-malformed', { time: 1 }],
    ['entry-malformed', { subjects: ['sha256:abc'] }],
    ['entry-malformed', { subjects: [digest('a'), digest('a')] }],
    ['entry-malformed', { workload: '' }],
    ['entry-malformed', { workload: 'a\0b' }],
    ['entry-malformed', { workload: 'a\ud800' }],
    ['entry-malformed', { body: undefined }],
    ['entry-malformed', { body: { n: Number.NaN } }],
    ['entry-too-large', { workload: 'x'.repeat(1025) }],
    ['entry-too-large', { body: 'x'.repeat(ledgerBounds.bodyBytes - 1) }],
    ['entry-too-large', { subjects: Array.from({ length: 257 }, (_, at) => digestOf(Buffer.from(String(at)))) }],
  ];
  for (const [code, over] of bad) {
    const wrong = { ...entry(), ...(over as object) } as NewEntry;
    await assert.rejects(ledger.append([entry(), wrong]), coded(code), JSON.stringify(over).slice(0, 80));
  }
  await assert.rejects(ledger.append([]), coded('entry-too-large'));
  await assert.rejects(ledger.append([entry()], { component: 'Not/One' }), coded('entry-malformed'));
  assert.equal([...ledger.read()].length, 0);
  await ledger.append([entry({ body: 'x'.repeat(ledgerBounds.bodyBytes - 2), workload: 'x'.repeat(1024) })]);
  assert.equal([...ledger.read()].length, 1);
});

test('a queue that is full refuses, and takes again once the disk has caught up', async (context) => {
  const ledger = openWriter(context, scratch(context), { lingerMilliseconds: 20 });
  const body = 'x'.repeat(1024);
  const results = await Promise.allSettled(
    Array.from({ length: 70 }, () => ledger.append(Array.from({ length: 1024 }, () => entry({ body })))),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length >= 6, `${refused.length} refused`);
  for (const { reason } of refused) coded('ledger-busy')(reason);
  const taken = (results.length - refused.length) * 1024;
  assert.deepEqual(await ledger.append([entry()]), { first: taken, last: taken });
});

test('blobs come back by their digest, each stored once, and are named by an entry', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory);
  const blobs = [Buffer.alloc(0), Buffer.from('small'), Buffer.alloc(200_000, 'compressible'), randomBytes(5000)];
  for (const bytes of [...blobs, ...blobs]) {
    await ledger.append([entry({ body: { document: digestOf(bytes) } })], { blobs: [bytes] });
  }
  for (const bytes of blobs) assert.deepEqual(Buffer.from(ledger.blob(digestOf(bytes)) ?? 'absent'), bytes);
  assert.equal(ledger.blob(digest('a')), undefined);
  assert.equal(ledger.query('SELECT count(*) AS n FROM blobs')[0]?.['n'], 4);
  assert.ok(Number(ledger.query('SELECT sum(length(bytes)) AS n FROM blobs')[0]?.['n']) < 10_000);
  await assert.rejects(ledger.append([entry()], { blobs: [Buffer.from('unnamed')] }), coded('entry-malformed'));
  assert.deepEqual(ledger.check().problems, []);
});

test('a reader reads beside the writer, and neither waits', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory);
  await ledger.append(Array.from({ length: 600 }, (_, n) => entry({ body: n })));
  const reader = openReader(context, directory);
  const seen: unknown[] = [];
  for (const one of reader.read()) {
    seen.push(one.body);
    if (one.index === 300) await ledger.append([entry({ body: 'meanwhile' })]);
  }
  assert.deepEqual(seen, [...Array.from({ length: 600 }, (_, n) => n), 'meanwhile']);
  await assert.rejects(reader.append([entry()]), coded('ledger-read-only'));
  assert.throws(() => reader.rebuildFacts(), coded('ledger-read-only'));
});

test('a filter gives just the entries that a plain reading would pick', async (context) => {
  const ledger = openWriter(context, scratch(context));
  const kinds = ['finding', 'observation', 'verdict'] as const;
  const digits = ['a', 'b', 'c'];
  const entries = Array.from({ length: 700 }, (_, n) =>
    entry({
      kind: kinds[n % 3] ?? 'finding',
      subjects: digits.filter((_d, bit) => ((n >> bit) & 1) === 1).map(digest),
      ...(n % 5 === 0 ? {} : { workload: `w${n % 2}` }),
      body: n,
    }),
  );
  await ledger.append(entries);
  const all = [...ledger.read()];
  assert.deepEqual(
    all.map((one) => one.subjects),
    entries.map((one) => one.subjects),
  );
  const filters = fc.record(
    {
      from: fc.nat(750),
      kind: fc.oneof(fc.constantFrom(...kinds), fc.subarray([...kinds], { minLength: 1 })),
      subject: fc.constantFrom(...[...digits, 'd'].map(digest)),
      workload: fc.constantFrom('w0', 'w1', 'w2'),
      limit: fc.nat(400),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(filters, (filter) => {
      const picked = all
        .filter((one) => one.index >= (filter.from ?? 0))
        .filter((one) => filter.kind === undefined || [filter.kind].flat().includes(one.kind as 'finding'))
        .filter((one) => filter.subject === undefined || one.subjects.includes(filter.subject))
        .filter((one) => filter.workload === undefined || one.workload === filter.workload)
        .slice(0, filter.limit ?? all.length);
      assert.deepEqual([...ledger.read(filter)], picked);
    }),
    { numRuns: 60 },
  );
});

test('any JSON body survives the way to the disk and back', async (context) => {
  const ledger = openWriter(context, scratch(context));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 5 }), { minLength: 1, maxLength: 20 }), async (bodies) => {
      const { first } = await ledger.append(bodies.map((body) => entry({ body: body as NewEntry['body'] })));
      const back = [...ledger.read({ from: first })].map((one) => one.body);
      assert.deepEqual(back, JSON.parse(JSON.stringify(bodies)));
    }),
    { numRuns: 50 },
  );
  assert.deepEqual(ledger.check().problems, []);
});

test('a query reads and does nothing else', async (context) => {
  const directory = scratch(context);
  const ledger = openWriter(context, directory);
  await ledger.append([entry({ body: { a: 1 } })]);
  assert.deepEqual({ ...ledger.query('SELECT body ->> ? AS a FROM entries', ['$.a'])[0] }, { a: 1 });
  const refused = [
    'DELETE FROM entries',
    'UPDATE entries SET body = 1',
    "ATTACH '/tmp/x' AS other",
    'PRAGMA journal_mode = DELETE',
    'CREATE TEMP TABLE x(y)',
    'SELECT load_extension(1)',
    'BEGIN',
    'not SQL',
    'SELECT 9007199254740993',
  ];
  for (const sql of refused) assert.throws(() => ledger.query(sql), coded('query-refused'), sql);
  assert.throws(
    () => ledger.query('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c'),
    coded('query-too-large'),
  );
  assert.equal([...ledger.read()].length, 1);
});

test('a second opening in the same process is refused as any other', (context) => {
  const directory = scratch(context);
  openWriter(context, directory);
  assert.throws(
    () => openLedger({ mode: 'write', directory, component: 'test' }),
    coded('ledger-locked', new RegExp(`pid ${process.pid}, since .*node`)),
  );
});

function randomBytes(size: number): Buffer {
  // Not compressible, and the same on every run.
  const parts = Array.from({ length: Math.ceil(size / 32) }, (_, at) => digestOf(Buffer.from(String(at))).slice(7));
  return Buffer.from(parts.join(''), 'hex').subarray(0, size);
}
