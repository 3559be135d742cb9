import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childNamed, cpuSeconds, peakRssKib, rssKib } from '../../bench/process.ts';
import { withLayer } from '../support/layered.ts';
import { debianImage } from '../support/roots.ts';
import { type Line, Watching } from './watching.ts';

/** How long all of them work at once, and how much of it may still bring something new. */
const runSeconds = 120;
const warmSeconds = 60;

const web = 'test.local/web:latest';
const data = 'test.local/data:latest';
const sh = (script: string): readonly string[] => ['sh', '-c', script];

/** A workload as people run it: under load, its health asked each second, its chores done now and then. */
interface Workload {
  readonly id: string;
  readonly image: string;
  readonly args: readonly string[];
  /** Runs inside, for so many seconds. */
  readonly load?: (seconds: number) => readonly string[];
  readonly probe: readonly string[];
  readonly chores?: readonly (readonly string[])[];
  /** After warm-up nothing new is seen but what is truly new: files that are, and arguments that name such. */
  readonly news?: RegExp;
  /** Something that must have been seen, lest the workload did nothing. */
  readonly used: RegExp;
}

const visits = (port: number) => (seconds: number) => [
  'python3',
  '/app/visit.py',
  `http://127.0.0.1:${port}/`,
  String(seconds),
];

const workloads: readonly Workload[] = [
  {
    id: 'nginx',
    image: web,
    args: sh('mkdir -p /var/log/nginx && exec nginx -g "daemon off;"'),
    load: visits(80),
    probe: sh('test -s /run/nginx.pid && kill -0 "$(cat /run/nginx.pid)"'),
    chores: [
      ['nginx', '-s', 'reload'],
      sh('mv /var/log/nginx/access.log /var/log/nginx/access.log.1 && nginx -s reopen'),
    ],
    news: /^(read|written) \/var\/log\/nginx\/access\.log(\.1)?$/,
    used: /^\/usr\/lib\/nginx\/modules\/.*\.so$/,
  },
  {
    id: 'redis',
    image: data,
    args: ['redis-server', '--appendonly', 'yes', '--dir', '/var/lib/redis', '--protected-mode', 'no'],
    load: (seconds) =>
      sh(
        `end=$(( $(date +%s) + ${seconds} )); while [ $(date +%s) -lt $end ]; do redis-benchmark -q -c 10 -n 5000 -t set,get,lpush,lrange_100 >/dev/null; sleep 0.5; done`,
      ),
    probe: sh('[ "$(redis-cli ping)" = PONG ]'),
    chores: [
      ['redis-cli', 'BGREWRITEAOF'],
      ['redis-cli', 'BGSAVE'],
    ],
    news: /^(read|written) \/var\/lib\/redis\/(temp-|dump\.rdb|appendonlydir\/)/,
    used: /^\/usr\/bin\/redis-check-rdb$/,
  },
  {
    id: 'python',
    image: web,
    args: ['python3', '/app/service.py'],
    load: visits(8000),
    probe: ['python3', '-c', 'import socket; socket.create_connection(("127.0.0.1", 8000), 30).close()'],
    news: /^(read|written) \/tmp\//,
    used: /\/_sqlite3\.cpython-.*\.so$/,
  },
  {
    id: 'node',
    image: data,
    args: ['node', '/app/service.cjs'],
    load: (seconds) => ['node', '/app/visit.cjs', 'http://127.0.0.1:8000/', String(seconds)],
    probe: sh('test -d /proc/1/fd && ls /proc/1/fd >/dev/null'),
    used: /^\/app\/service\.cjs$/,
  },
  {
    id: 'chores',
    image: web,
    args: ['/app/chores.sh'],
    probe: sh('test -s /tmp/chores.log'),
    news: /^((read|written) \/tmp\/(tmp\.|chores\.)|executed \/usr\/bin\/\w+ .*\/tmp\/tmp\.)/,
    used: /^\/app\/chores\.sh$/,
  },
];

test(`nginx, redis, Python, Node and a shell’s chores under load for ${runSeconds} s: nothing is found`, async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-workloads-'));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const imageOf = async (...include: readonly string[]): Promise<string> =>
    withLayer(await debianImage({ include }), { '/app': join(import.meta.dirname, 'support/workloads') }, scratch);
  await using watching = await Watching.open(await imageOf('nginx-light', 'python3'), web);
  const { containerd } = watching;
  await containerd.importImage(await imageOf('nodejs', 'redis-server'), data);
  // Counts each minute, as people run it.
  await watching.start({}, ['--count-interval', '60']);
  for (const { id, image, args } of workloads) await containerd.run({ image, id, args, detach: true });
  await sleep(2000);
  const until = performance.now() + runSeconds * 1000;
  const work = workloads.map((workload) => exercise(watching, workload, until));
  await sleep(warmSeconds * 1000);
  const steadyFrom = watching.lines.length;
  const before = costs(watching);
  await Promise.all(work);
  report(context, watching, before);
  const steady = watching.lines.slice(steadyFrom);
  for (const { id, used, news } of workloads)
    await context.test(id, async () => {
      assert.deepEqual(
        watching.of('finding', id).map((line) => [line['code'], line['why']]),
        [],
      );
      const observations = watching.of('observation', id);
      assert.ok(
        observations.some((line) => used.test(String(line['path']))),
        'what it is there for was not seen',
      );
      const later = steady.filter((line) => line.type === 'observation' && line['container'] === nameOf(watching, id));
      assert.deepEqual(
        later.map(textOf).filter((text) => news === undefined || !news.test(text)),
        [],
        'it is steady, and something new was seen',
      );
      const judged = await statusOf(watching, id);
      assert.equal(judged.word, 'unverified', JSON.stringify(judged, null, 1));
      assert.deepEqual(judged.reasons.map((one) => one.code).sort(), [
        'advisories-not-checked',
        'behaviour-not-checked',
        'provenance-not-checked',
      ]);
      assert.equal(judged.terms.identity.state, 'good');
      assert.deepEqual(judged.coverage.gaps, []);
      assert.equal(judged.coverage.sufficient, true);
    });
  await context.test(
    'byte code that Python wrote beside the image’s own source is recorded, and derived from it',
    () => {
      const written = watching
        .of('observation', 'python')
        .filter((line) => /\/__pycache__\/counting\./.test(String(line['path'])));
      assert.ok(
        written.some((line) => line['use'] === 'written'),
        JSON.stringify(written, null, 1),
      );
    },
  );
  await context.test('the verdict never was worse than unverified once the image was read', () => {
    const words = new Set(watching.of('verdict').map((line) => line['word']));
    words.delete('unknown'); // While the image is being read.
    assert.deepEqual([...words], ['unverified']);
  });
  assert.equal(await watching.stop(), 0, watching.errors.join(''));
});

function nameOf(watching: Watching, id: string): string {
  return `${watching.containerd.namespace}/${id}`;
}

/** `use path arguments`, or `use address port`. */
function textOf(line: Line): string {
  const process = line['process'] as { readonly argv: readonly string[] } | null;
  const { use, path, address, port } = line;
  const argv = use === 'executed' ? (process?.argv ?? []) : [];
  return [use, ...(path === undefined ? [address, port] : [path]), ...argv].map(String).join(' ');
}

/** Load, health checks and chores side by side; all must succeed. */
async function exercise(watching: Watching, workload: Workload, until: number): Promise<void> {
  const { id, load, probe, chores } = workload;
  const { containerd } = watching;
  const left = (): number => until - performance.now();
  const run = async (args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await containerd.exec(id, args);
    assert.equal(code, 0, `${id}: ${args.join(' ')}: ${stderr}${stdout}\n${containerd.containerLog(id).slice(-2000)}`);
  };
  const every = async (seconds: number, lists: readonly (readonly string[])[]): Promise<void> => {
    for (let turn = 0; left() > 0; turn++) {
      await run(lists[turn % lists.length] ?? []);
      await sleep(Math.max(0, Math.min(seconds * 1000, left())));
    }
  };
  const jobs = [every(1, [probe])];
  if (chores !== undefined) jobs.push(every(7, chores));
  if (load !== undefined) jobs.push(run(load(Math.floor(left() / 1000))));
  await Promise.all(jobs);
}

interface Judged {
  readonly word: string;
  readonly reasons: readonly { readonly code: string }[];
  readonly terms: { readonly identity: { readonly state: string } };
  readonly coverage: { readonly sufficient: boolean; readonly gaps: readonly unknown[] };
}

async function statusOf(watching: Watching, id: string): Promise<Judged> {
  const { stdout, stderr } = await watching.verb('status', id, '--json');
  const [judged] = (JSON.parse(stdout) as { readonly containers: readonly Judged[] }).containers;
  assert.ok(judged, stderr);
  return judged;
}

interface Costs {
  readonly at: number;
  readonly frames: number;
  readonly agent: number;
  readonly sensor: number;
}

function sensorOf(watching: Watching): number {
  const pid = childNamed(watching.pid, 'holdfast-sensor');
  assert.ok(pid, 'the agent has no sensor');
  return pid;
}

function costs(watching: Watching): Costs {
  const last = watching.of('heartbeat').at(-1) as (Line & { readonly frames: number }) | undefined;
  return {
    at: performance.now(),
    frames: last?.frames ?? Number.NaN,
    agent: cpuSeconds(watching.pid),
    sensor: cpuSeconds(sensorOf(watching)),
  };
}

/** What it cost, for those who read the log; bench/ holds it against bounds. */
function report(context: TestContext, watching: Watching, before: Costs): void {
  const after = costs(watching);
  const minutes = (after.at - before.at) / 60_000;
  const say = (name: string, pid: number, was: number, is: number): void =>
    context.diagnostic(
      `${name}: VmRSS ${rssKib(pid)} KiB, VmHWM ${peakRssKib(pid)} KiB, CPU ${is.toFixed(2)} s in all, ${((is - was) / minutes).toFixed(2)} s a minute when warm`,
    );
  say('agent', watching.pid, before.agent, after.agent);
  say('sensor', sensorOf(watching), before.sensor, after.sensor);
  context.diagnostic(`frames when warm: ${((after.frames - before.frames) / minutes).toFixed(0)} a minute`);
}
