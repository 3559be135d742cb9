import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SensorEvent } from '../../../src/sensor/index.ts';
import { execs, Stage } from './stage.ts';

const short = 200;
const atOnce = 10;

const gaps = (events: readonly SensorEvent[]) =>
  events.flatMap((event) => (event.type === 'gap' ? [`${event.cause}: ${event.count} ${event.detail}`] : []));

describe('containers, from before their first exec to after their end', { timeout: 600_000 }, () => {
  let stage: Stage;
  let older: string;

  before(async () => {
    stage = await Stage.openWithoutSensor();
    older = await stage.stay({
      args: ['/bin/sh', '-c', 'i=0; while :; do i=$((i + 1)); /bin/echo $i > /dev/null; /bin/sleep 0.2; done'],
    });
    await stage.watch({ countIntervalSeconds: 1 });
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  it('one that is older than the sensor: what runs in it is read, and the gap is said', async () => {
    await stage.settle();
    const events = stage.of(older);
    assert.ok(events.some((event) => event.type === 'container' && event.older));
    assert.ok(events.some((event) => event.type === 'gap' && event.cause === 'older'));
    const shell = events.find((event) => event.type === 'exec' && event.flags.snapshot && event.argv[0] === '/bin/sh');
    assert.ok(shell?.type === 'exec', 'the shell that already ran');
    assert.equal(shell.path, '/bin/busybox');
    const echo = events.find(
      (event) => event.type === 'exec' && !event.flags.snapshot && event.argv[0] === '/bin/echo',
    );
    assert.ok(echo?.type === 'exec', 'what it starts from now on');
    assert.equal(echo.ancestors[0]?.program, shell.key, 'its parent is the shell that was read');
  });

  it(`${short} containers of 20 ms, ${atOnce} at a time: all named, all their execs, none late`, async () => {
    const ids = Array.from({ length: short }, (_, index) => `${stage.name()}-s${index}`);
    const queue = [...ids];
    const worker = async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const mark = `/tmp/mark-${id}`;
        const seen = await stage.act(['/bin/sh', '-c', `/bin/doer sleep 20; /bin/echo ${mark}`], { id });
        assert.equal(seen.output.code, 0, seen.output.stderr);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    for (const id of ids) {
      const seen = { events: stage.of(id) };
      assert.equal(new Set(seen.events.map((event) => event.container)).size, 1, id);
      const argv = execs(seen).map((event) => event.argv.join(' '));
      assert.ok(
        argv.some((line) => line.startsWith('/bin/sh -c')),
        `${id}: ${argv.join('; ')}`,
      );
      assert.ok(argv.includes('/bin/doer sleep 20'), `${id}: ${argv.join('; ')}`);
      assert.ok(argv.includes(`/bin/echo /tmp/mark-${id}`), `${id} has its own echo: ${argv.join('; ')}`);
      assert.equal(argv.length, 3, `${id}: ${argv.join('; ')}`);
      assert.deepEqual(gaps(seen.events), [], id);
      assert.ok(!seen.events.some((event) => event.type === 'container' && event.late), `${id} was late`);
      const opened = seen.events.filter((event) => event.type === 'open' && event.kind === 'exec').length;
      assert.ok(opened >= 2, `${id}: its files were watched from the first exec on`);
    }
  });

  it('a flood of new files in one costs another nothing, and its own loss is counted', async (t) => {
    const quiet = await stage.stay();
    const loud = await stage.stay();
    const flood = stage.containerd.exec(loud, ['/bin/doer', 'flood-files', '/tmp', '10']);
    const flooding = new AbortController();
    const watched = flood.finally(() => flooding.abort());
    const names: string[] = [];
    while (!flooding.signal.aborted) {
      const name = `/tmp/quiet-${names.length}`;
      const answer = await stage.containerd.exec(quiet, ['/bin/sh', '-c', `cp /bin/doer ${name} && ${name} true`]);
      assert.equal(answer.code, 0, answer.stderr);
      names.push(name);
    }
    const { code, stdout } = await watched;
    assert.equal(code, 0);
    await stage.settle();
    const events = stage.of(quiet);
    assert.ok(names.length > 5);
    for (const name of names) {
      const exec = execs({ events }).find((event) => event.argv[0] === name);
      assert.ok(exec, `the execution of ${name}`);
      assert.match((await stage.hashOf(exec.file)) ?? '', /^[0-9a-f]{64}$/, name);
    }
    assert.deepEqual(gaps(events), [], 'the quiet one has no gap');
    const flooded = stage.of(loud);
    const made = Number(stdout);
    const seen = flooded.filter(
      (event) => event.type === 'open' && event.kind === 'written' && event.path.includes('/flood-'),
    );
    t.diagnostic(`${made} files made in 10 s, ${seen.length} shown; ${gaps(flooded).join('; ')}`);
    assert.ok(seen.length === made || gaps(flooded).length > 0, 'what was not shown is counted as a gap');
    for (const id of [quiet, loud]) await stage.containerd.remove(id);
  });

  it('a flood of new connections and of new executions in one costs another nothing', async () => {
    const quiet = await stage.stay();
    const loud = await stage.stay();
    const floods = [
      stage.containerd.exec(loud, ['/bin/doer', 'flood-connect', '200000']),
      stage.containerd.exec(loud, ['/bin/doer', 'exec-many', '8000', 'novel', '/bin/busybox', 'true']),
    ];
    for (let index = 0; index < 20; index += 1) {
      const verb = ['connect', 'tcp', '127.0.0.1', String(1000 + index)];
      assert.equal((await stage.containerd.exec(quiet, ['/bin/doer', ...verb])).code, 0);
    }
    await Promise.all(floods);
    await stage.settle();
    const events = stage.of(quiet);
    for (let index = 0; index < 20; index += 1) {
      assert.ok(
        events.some((event) => event.type === 'connection' && event.port === 1000 + index),
        `port ${1000 + index}`,
      );
    }
    assert.deepEqual(gaps(events), [], 'the quiet one has no gap');
    assert.ok(
      gaps(stage.of(loud)).some((line) => line.startsWith('connection-limit')),
      'the loud one is over its bounds',
    );
    for (const id of [quiet, loud]) await stage.containerd.remove(id);
  });
});
