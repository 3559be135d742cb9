import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { image, lives, Scene, until } from './scene.ts';

test('a sensor killed again and again: each gap is stated, watching goes on, and nothing is found twice', async () => {
  await using scene = await Scene.open();
  const { watching } = scene;
  await watching.start();
  for (const id of ['a', 'b']) await scene.run(id);
  await scene.play('a', 'before');

  const kill = async (at: string): Promise<void> => {
    const from = watching.lines.length;
    const pid = await scene.sensor();
    process.kill(pid, 'SIGKILL');
    await until(() => !lives(pid), 'its end');
    await watching.until(() => scene.gaps('sensor-restart', from).length > 0, `the gap of being killed ${at}`);
    const [gap] = scene.gaps('sensor-restart', from);
    assert.ok(String(gap?.['from']) < String(gap?.['to']), JSON.stringify(gap));
    assert.equal(gap?.['repaired'], false);
    await watching.until(
      () => watching.lines.slice(from).some((line) => line.type === 'heartbeat'),
      'the new sensor’s first heartbeat',
    );
  };
  for (let round = 0; round < 3; round++) {
    await sleep(Math.random() * 1500);
    await kill(`in round ${round}`);
    await scene.play(round % 2 === 0 ? 'a' : 'b', `round-${round}`);
  }

  // While it hashes a large file.
  await watching.containerd.exec('b', [
    'sh',
    '-c',
    'mkdir /tmp/large && cp /bin/busybox /tmp/large/true && dd if=/dev/zero bs=1M count=200 >> /tmp/large/true 2>/dev/null && /tmp/large/true',
  ]);
  await kill('while it hashed');
  await scene.play('b', 'after-hashing');

  // In its first 100 ms, before it can have said anything.
  const from = watching.lines.length;
  let pid = await scene.sensor();
  process.kill(pid, 'SIGKILL');
  for (let n = 0; n < 2; n++) {
    const before = pid;
    await until(() => !lives(before), 'its end');
    pid = await scene.sensor();
    await sleep(Math.random() * 100);
    process.kill(pid, 'SIGKILL');
  }
  await watching.until(() => scene.notices('sensor-ended', from).length >= 3, 'a word on each end');
  await watching.until(() => scene.gaps('sensor-restart', from).length > 0, 'the gap of all three');
  await scene.play('a', 'after-birth');

  const names = ['before', 'round-0', 'round-1', 'round-2', 'after-hashing', 'after-birth'];
  for (const name of names) assert.equal(scene.findings(name).length, 1, `${name} was found once`);
  const ids = watching.of('finding').map((line) => String(line['id']));
  assert.equal(new Set(ids).size, ids.length, 'nothing is told twice');

  for (const id of ['a', 'b']) {
    const last = watching.of('verdict', id).at(-1);
    assert.equal(last?.['word'], 'drifted');
    const { terms } = last as unknown as { terms: { coverage: { state: string; reasons: { code: string }[] } } };
    assert.notEqual(terms.coverage.state, 'sufficient', JSON.stringify(last));
    assert.ok(
      terms.coverage.reasons.some((one) => one.code === 'not-watched'),
      JSON.stringify(terms.coverage),
    );
    assert.equal(
      watching.of('coverage', id).some((line) => line['cause'] === 'older'),
      false,
      'known from before',
    );
  }
  assert.equal(await watching.stop(), 1);
  const stored = await scene.storedFindings();
  for (const id of ids) assert.ok(stored.includes(id), `${id} is kept`);
});

test('a container that ends while there is no sensor has ended', async () => {
  await using scene = await Scene.open();
  const { watching } = scene;
  await watching.start();
  for (const id of ['stays', 'ends']) await scene.run(id);
  await scene.play('ends', 'early');
  const pid = await scene.sensor();
  // Stopped, it can't tell of the end any more; then killed, it never will.
  process.kill(pid, 'SIGSTOP');
  await watching.containerd.try(['tasks', 'kill', '-s', 'SIGKILL', 'ends']);
  // runc waited for the stopped sensor; the agent may have missed its heartbeats and ended it by now.
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
  await sleep(200);
  await watching.containerd.remove('ends');
  await watching.ended('ends');
  assert.equal(
    watching.of('container', 'stays').some((line) => line['state'] === 'ended'),
    false,
  );
  await scene.play('stays', 'late');
  // Its name is free again.
  await watching.containerd.run({ image, id: 'ends', args: ['true'] });
  await watching.until(
    () => watching.of('container', 'ends').filter((line) => line['state'] === 'ended').length === 2,
    'its successor',
  );
});
