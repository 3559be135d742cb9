import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxImage } from '../support/roots.ts';
import { type Line, Watching } from './watching.ts';

const image = 'test.local/busybox:latest';

function causes(lines: readonly Line[]): readonly unknown[] {
  return lines.map((line) => line['cause']);
}

function coverageOf(line: Line | undefined): {
  readonly state: string;
  readonly reasons?: readonly { readonly code: string }[];
} {
  const terms = line?.['terms'] as { coverage: { state: string; reasons?: { code: string }[] } } | undefined;
  assert.ok(terms);
  return terms.coverage;
}

test('short containers, ten at a time: each is named, with its program, and none with a finding', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  await watching.start();
  const ids = Array.from({ length: 40 }, (_, n) => `short-${n}`);
  const queue = [...ids];
  const work = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift())
      await watching.containerd.run({ image, id, args: ['/bin/usleep', '1000'] });
  };
  await Promise.all(Array.from({ length: 10 }, work));
  for (const id of ids) await watching.ended(id);
  for (const id of ids) {
    const executed = watching.of('observation', id).filter((line) => line['use'] === 'executed');
    assert.deepEqual(
      executed.map((line) => [line['path'], line['verdict']]),
      [['/bin/busybox', 'good']],
      id,
    );
    const process = executed[0]?.['process'] as { argv: readonly string[] };
    assert.deepEqual(process.argv, ['/bin/usleep', '1000'], id);
    const verdict = watching.of('verdict', id).at(-1);
    assert.equal(verdict?.['word'], 'unverified', JSON.stringify(verdict));
    assert.equal(coverageOf(verdict).state, 'sufficient', JSON.stringify(verdict));
  }
  assert.equal(watching.of('finding').length, 0);
  assert.equal(await watching.stop(), 0);
});

test('a container older than Holdfast is watched from then on, and its coverage says so', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  const script = 'while true; do sleep 0.3; done';
  await watching.containerd.run({ image, id: 'old', args: ['sh', '-c', script], detach: true });
  await sleep(500);
  await watching.start();
  await watching.until(
    () => watching.of('observation', 'old').some((line) => line['use'] === 'executed'),
    'its programs',
  );
  await watching.until(() => causes(watching.of('coverage', 'old')).includes('older'), 'the gap');
  const [seen] = watching.of('container', 'old');
  assert.deepEqual((seen?.['details'] as { older: boolean } | undefined)?.older, true);
  // What it starts now is judged like anything else.
  await watching.containerd.ctr(
    'tasks',
    'exec',
    '--exec-id',
    'e1',
    '--fifo-dir',
    `${watching.containerd.scratch}/fifo`,
    'old',
    'sh',
    '-c',
    'cp /bin/busybox /tmp/sh && echo x >> /tmp/sh && /tmp/sh -c true',
  );
  await watching.until(() => watching.of('finding', 'old').length > 0, 'the finding');
  assert.deepEqual(watching.codes('old'), ['exec-not-in-image']);
  const verdict = watching.of('verdict', 'old').at(-1);
  assert.deepEqual(
    coverageOf(verdict).reasons?.map((one) => one.code),
    ['older-than-agent'],
  );
  const status = await watching.verb('status', 'old', '--json');
  assert.equal(status.code, 1, status.stderr);
});

test('an agent that is killed and started again re-attaches and says which gap there was; nothing is lost', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  await watching.start();
  const script = 'while true; do sleep 0.3; done';
  await watching.containerd.run({ image, id: 'web', args: ['sh', '-c', script], detach: true });
  await watching.containerd.run({ image, id: 'gone', args: ['sh', '-c', script], detach: true });
  const exec = (id: string, command: string): Promise<string> =>
    watching.containerd.ctr(
      'tasks',
      'exec',
      '--exec-id',
      `e${id}`,
      '--fifo-dir',
      `${watching.containerd.scratch}/fifo`,
      'web',
      'sh',
      '-c',
      command,
    );
  await exec('1', 'mkdir /tmp/one && cp /bin/busybox /tmp/one/true && echo x >> /tmp/one/true && /tmp/one/true');
  await watching.until(() => watching.of('finding', 'web').length === 1, 'the first finding');
  const before = watching.of('finding', 'web')[0]?.['id'];
  await watching.stop('SIGKILL');
  // While nobody looks, one container ends.
  await watching.containerd.try(['tasks', 'kill', '-s', 'SIGKILL', 'gone']);
  await sleep(500);
  await watching.containerd.try(['containers', 'rm', 'gone']);
  const stopped = watching.lines.length;
  await watching.start();
  await watching.until(
    () => causes(watching.lines.slice(stopped).filter((line) => line.type === 'coverage')).includes('agent-restart'),
    'the gap',
  );
  await exec('2', 'mkdir /tmp/two && cp /bin/busybox /tmp/two/true && echo y >> /tmp/two/true && /tmp/two/true');
  await watching.until(() => watching.of('finding', 'web').length === 2, 'the second finding');
  assert.equal(causes(watching.of('coverage', 'web')).includes('older'), false, 'it is not older than Holdfast');
  const [gap] = watching.of('coverage', 'web').filter((line) => line['cause'] === 'agent-restart');
  assert.ok(String(gap?.['from']) < String(gap?.['to']), JSON.stringify(gap));
  const verdict = watching.of('verdict', 'web').at(-1);
  assert.deepEqual(
    coverageOf(verdict).reasons?.map((one) => one.code),
    ['not-watched'],
  );
  const findings = await watching.verb('findings', '--container', 'web', '--json');
  const stored = (JSON.parse(findings.stdout) as { findings: readonly { id: string }[] }).findings.map((one) => one.id);
  assert.equal(stored.length, 2);
  assert.ok(stored.includes(String(before)));
  await watching.stop();
  const status = JSON.parse((await watching.verb('status', '--all', '--json')).stdout) as {
    readonly containers: readonly { readonly name: string; readonly ended: string | null }[];
  };
  assert.deepEqual(
    status.containers.map((one) => [one.name, one.ended !== null]),
    [
      ['web', false],
      ['gone', true],
    ],
  );
});

test('a sensor that is killed is started again, and every container’s coverage says so', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  await watching.start();
  await watching.containerd.run({
    image,
    id: 'web',
    args: ['sh', '-c', 'while true; do sleep 0.3; done'],
    detach: true,
  });
  await watching.until(
    () =>
      watching
        .of('verdict', 'web')
        .some((line) => line['word'] === 'unverified' && coverageOf(line).state === 'sufficient'),
    'the first verdict',
  );
  const sensor = execFileSync('pgrep', ['-P', String(watching.pid), '-f', 'holdfast-sensor'], {
    encoding: 'utf8',
  }).trim();
  process.kill(Number(sensor), 'SIGKILL');
  await watching.until(() => causes(watching.of('coverage')).includes('sensor-restart'), 'the gap');
  await watching.until(
    () => coverageOf(watching.of('verdict', 'web').at(-1)).reasons?.[0]?.code === 'not-watched',
    'the verdict',
  );
  await watching.containerd.ctr(
    'tasks',
    'exec',
    '--exec-id',
    'e1',
    '--fifo-dir',
    `${watching.containerd.scratch}/fifo`,
    'web',
    'sh',
    '-c',
    'mkdir /tmp/one && cp /bin/busybox /tmp/one/true && echo x >> /tmp/one/true && /tmp/one/true',
  );
  await watching.until(() => watching.of('finding', 'web').length === 1, 'a finding by the new sensor');
  assert.equal(causes(watching.of('coverage', 'web')).includes('older'), false);
});

test('a container that the sensor does not follow is unknown, not left out', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  await watching.start({}, ['--max-containers', '1']);
  const script = 'while true; do sleep 0.3; done';
  const run = async (id: string): Promise<void> => {
    await watching.containerd.run({ image, id, args: ['sh', '-c', script], detach: true });
  };
  await run('first');
  await watching.until(() => watching.of('verdict', 'first').at(-1)?.['word'] === 'unverified', 'the first verdict');
  await run('second');
  await watching.until(() => causes(watching.of('coverage', 'second')).includes('never-shown'), 'the gap');
  const codes = () => coverageOf(watching.of('verdict', 'second').at(-1)).reasons?.map((one) => one.code);
  await watching.until(() => codes()?.includes('not-watched') === true, 'the verdict');
  const status = await watching.verb('status', 'second', '--json');
  assert.equal(status.code, 1, status.stdout);
  await watching.containerd.remove('second');
  await watching.ended('second');
});
