import assert from 'node:assert/strict';
import { test } from 'node:test';
import { image, Scene } from './scene.ts';

interface Verdict {
  readonly word: string;
  readonly terms: {
    readonly coverage: { readonly state: string; readonly reasons: readonly { readonly code: string }[] };
  };
}

/** New files as fast as two shells can make them, each one executable code, read and some of them run. */
const flood = `mkdir -p /tmp/f; n=0; while [ $n -lt 20000 ]; do n=$((n + 1)); echo "#!/bin/sh" > /tmp/f/$n.sh; chmod 755 /tmp/f/$n.sh; : < /tmp/f/$n.sh; done`;

test('a flood in one container costs another no finding and no coverage, and its own loss is counted', async (t) => {
  await using scene = await Scene.open();
  const { watching } = scene;
  await watching.start();
  await scene.run('quiet');
  await scene.play('quiet', 'before');
  await watching.containerd.run({ image, id: 'flood', args: ['sh', '-c', 'sleep 600'], detach: true });
  const from = process.hrtime.bigint();
  const storm = { over: false };
  const storms = Promise.all(
    [1, 2].map(
      async () =>
        await watching.containerd.exec('flood', ['sh', '-c', flood.replaceAll('/tmp/f', `/tmp/${Math.random()}`)]),
    ),
  ).finally(() => {
    storm.over = true;
  });
  const names: string[] = [];
  while (!storm.over) {
    names.push(`during-${names.length}`);
    await scene.play('quiet', names.at(-1) ?? '');
  }
  for (const { code, stderr } of await storms) assert.equal(code, 0, stderr);
  t.diagnostic(
    `${Math.round(40_000 / (Number(process.hrtime.bigint() - from) / 1e9))} new files a second, ${names.length} findings beside it`,
  );
  assert.ok(names.length >= 3, `${names.length} orders while it lasted`);
  for (const name of names) assert.equal(scene.findings(name).length, 1, name);
  await scene.play('quiet', 'after');
  const quiet = watching.of('verdict', 'quiet').at(-1) as unknown as Verdict;
  assert.equal(quiet.terms.coverage.state, 'sufficient', JSON.stringify(quiet.terms.coverage));
  // The one ring that all share is read again from /proc where it overflowed.
  for (const gap of watching.of('coverage', 'quiet')) assert.deepEqual([gap['cause'], gap['repaired']], ['perf', true]);
  await watching.until(() => watching.of('coverage', 'flood').length > 0, 'the flood’s own loss');
});
