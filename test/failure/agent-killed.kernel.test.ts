import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '../../src/ledger/index.ts';
import { imageFacts, provenanceFacts, watchFacts } from '../../src/watch/index.ts';
import { bpfLinks, childNamed, lives, Scene, until } from './scene.ts';

const rounds = 20;

test('an agent killed at any moment: what it told is kept, nothing stays behind, and the gap is said', async () => {
  await using scene = await Scene.open();
  const { watching } = scene;
  const links = bpfLinks();
  for (const id of ['a', 'b']) await scene.run(id);
  await watching.start();
  await scene.play('a', 'first');
  const told = new Set<string>();
  let gaps = 0;
  for (let round = 0; round < rounds; round++) {
    // Before the sensor is there, while it starts, while findings are written: any time of its life.
    const end = performance.now() + Math.random() * 1500;
    for (let n = 0; performance.now() < end; n++) {
      scene.order(n % 2 === 0 ? 'a' : 'b', `r${round}n${n}`);
      await sleep(Math.min(120, Math.max(0, end - performance.now())));
    }
    const sensor = childNamed(watching.pid, 'holdfast-sensor');
    await watching.stop('SIGKILL');
    if (sensor !== undefined) await until(() => !lives(sensor), 'the end of its sensor');
    for (const line of watching.of('finding')) told.add(String(line['id']));
    const ledger = openLedger({
      mode: 'read',
      directory: watching.store,
      factSets: [watchFacts, imageFacts, provenanceFacts],
    });
    try {
      assert.deepEqual(ledger.check().problems, [], `round ${round}`);
      const stored = new Set(
        ledger.query("SELECT body ->> '$.id' AS id FROM entries WHERE kind = 'finding'").map((row) => row['id']),
      );
      for (const id of told) assert.ok(stored.has(id), `round ${round}: ${id} was told and is not kept`);
    } finally {
      await ledger.close();
    }
    gaps = watching.of('coverage').filter((line) => line['cause'] === 'agent-restart').length;
    watching.launch();
  }
  assert.ok(told.size >= rounds / 2, `only ${told.size} findings were told`);
  assert.ok(gaps > 0, 'no agent told of the gap before it');
  const last = watching.lines.length;
  await watching.until(() => watching.lines.slice(last).some((line) => line.type === 'heartbeat'), 'the last agent');
  await scene.play('a', 'last-of-a');
  await scene.play('b', 'last-of-b');
  const verdict = watching.of('verdict', 'a').at(-1) as unknown as {
    word: string;
    terms: { coverage: { reasons: { code: string }[] } };
  };
  assert.equal(verdict.word, 'drifted');
  assert.ok(
    verdict.terms.coverage.reasons.some((one) => one.code === 'not-watched'),
    JSON.stringify(verdict.terms.coverage),
  );

  // The Runtime BOM spans all those lives.
  const { stdout } = await watching.verb('rbom', 'a');
  for (const name of ['first', 'last-of-a'])
    assert.ok(stdout.includes(`/tmp/${name}/true`), `${name} is in the Runtime BOM`);
  assert.equal(await watching.stop(), 1);
  await until(() => [...bpfLinks()].every((link) => links.has(link)), 'the end of all BPF links');
});
