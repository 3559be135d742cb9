import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openLedger } from '../../src/ledger/index.ts';
import { acknowledged, startAppender } from './child.ts';
import { coded, counts, entry, openReader, scratch } from './scratch.ts';

test('kill -9 at any moment: what was acknowledged is there, without holes, and the next writer goes on', async (context) => {
  const directory = scratch(context);
  let known = 0;
  for (let round = 0; round < 15; round++) {
    const child = startAppender(context, [directory, '4', '300']);
    // Some are killed while they open, some after many appends: the moment within a commit is chance.
    await child.reached(round % 5 === 0 ? 0 : 1 + round * 3);
    await setTimeout(Math.random() * (round % 5 === 0 ? 150 : 12));
    child.process.kill('SIGKILL');
    assert.equal(await child.ended, 'SIGKILL');

    const acks = acknowledged(child.lines);
    if (round === 0 && acks.length === 0) continue;
    const ledger = openLedger({ mode: 'write', directory, component: 'test', factSets: [counts] });
    try {
      for (const { first, last, lane, n } of acks) {
        const entries = [...ledger.read({ from: first, limit: last - first + 1 })];
        assert.equal(entries.length, 2, `entry ${first} of round ${round}`);
        for (const one of entries) {
          const body = one.body as { lane: number; n: number; blob: never };
          assert.deepEqual([body.lane, body.n], [lane, n]);
          assert.ok(ledger.blob(body.blob), `the blob of entry ${one.index}`);
        }
      }
      const report = ledger.check();
      assert.deepEqual(report.problems, [], `round ${round}`);
      assert.ok(report.entries >= known + 2 * acks.length, `round ${round}`);
      const { last } = await ledger.append([entry()]);
      assert.equal(last, report.entries);
      known = last + 1;
    } finally {
      await ledger.close();
    }
  }
  assert.ok(known > 300, `only ${known} entries were appended in all`);
});

test('the lock goes with its holder, and names it while it lives', async (context) => {
  const directory = scratch(context);
  const child = startAppender(context, [directory, '1', '10']);
  await child.reached(3);
  const opening = () => openLedger({ mode: 'write', directory, component: 'test' });
  assert.throws(opening, coded('ledger-locked', new RegExp(`pid ${child.process.pid}, since .*appender\\.ts`)));
  assert.ok([...openReader(context, directory, [counts]).read()].length >= 2, 'a reader is let in');
  child.process.kill('SIGKILL');
  await child.ended;
  await opening().close();
});

test('a reader opens a store whose writer was killed, with what it acknowledged', async (context) => {
  const directory = scratch(context);
  const child = startAppender(context, [directory, '2', '10']);
  await child.reached(20);
  child.process.kill('SIGKILL');
  await child.ended;
  const reader = openReader(context, directory, [counts]);
  assert.ok(acknowledged(child.lines).length > 0);
  for (const { first, last } of acknowledged(child.lines)) {
    assert.equal([...reader.read({ from: first, limit: 2 })].at(-1)?.index, last);
  }
  assert.deepEqual(reader.check().problems, []);
});
