import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { Check } from '../../src/cli/host/index.ts';
import { Stage } from '../sensor/behaviour/stage.ts';
import { asNobody, bin, bounding, installSensor } from './unit.ts';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-privileges-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
chmodSync(scratch, 0o755);

const sensorWith = (name: string, capabilities: readonly string[]): string =>
  installSensor(join(scratch, name), capabilities);

interface Answer {
  readonly base: string;
  readonly checks: readonly Check[];
}

const without = (capability: string): readonly string[] => bounding.filter((name) => name !== capability);

function asCommand([file = '', ...args]: readonly string[]): [string, string[]] {
  return [file, args];
}

/** `doctor` as the unit would run it. */
function doctorAsNobody(sensor: string): Answer {
  const { stdout, stderr } = spawnSync(...asCommand([...asNobody, bin, 'doctor', '--json']), {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: process.env['PATH'], HOLDFAST_SENSOR: sensor, HOLDFAST_STORE: scratch },
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Answer;
}

const stateOf = (answer: Answer, name: string): string | undefined =>
  answer.checks.find((check) => check.name === name)?.state;

test('as root, this host shows all that identity needs', () => {
  const { status, stdout, stderr } = spawnSync(bin, ['doctor', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, HOLDFAST_STORE: scratch },
  });
  assert.equal(status, 0, stderr || stdout);
  assert.equal((JSON.parse(stdout) as Answer).base, 'complete');
});

test('the sensor sees as much with the unit’s capabilities, under an agent without any, as it does as root', () => {
  const asRoot = JSON.parse(spawnSync(bin, ['doctor', '--json'], { encoding: 'utf8' }).stdout) as Answer;
  const answer = doctorAsNobody(sensorWith('capable', bounding));
  const wanting = answer.checks.filter(({ name, state }) => name !== 'store' && state !== stateOf(asRoot, name));
  assert.deepEqual(wanting, []);
});

for (const capability of ['cap_sys_admin', 'cap_dac_read_search']) {
  test(`without ${capability} something is missing`, () => {
    const whole = doctorAsNobody(sensorWith('whole', bounding));
    const less = doctorAsNobody(sensorWith('less', without(capability)));
    const lost = whole.checks.filter(({ name, state }) => state === 'ok' && stateOf(less, name) !== 'ok');
    assert.notDeepEqual(lost, []);
  });
}

/** What one container did, run, read and mapped, as this sensor saw it: kinds, paths, places and hashes. */
async function seenBy(sensor: string): Promise<readonly string[]> {
  process.env['HOLDFAST_SENSOR'] = sensor;
  await using stage = await Stage.open();
  const volume = join(stage.scratch, 'volume');
  mkdirSync(volume, { mode: 0o700 });
  copyFileSync(stage.doer, join(volume, 'tool'));
  writeFileSync(join(volume, 'read.py'), 'print(1)');
  const script =
    'cp /bin/doer /tmp/copy; chmod 700 /tmp/copy; /tmp/copy true; /data/tool map /data/tool; cat /data/read.py';
  const seen = await stage.act(['/bin/sh', '-c', script], { mounts: [{ source: volume, target: '/data' }] });
  assert.equal(seen.output.code, 0, seen.output.stderr);
  await stage.settle();
  // Names only: a path is shown from the root of its mount once the mount is gone.
  const lines = seen.events.map((event) => {
    if (event.type === 'exec') return `exec ${event.argv.join(' ')} ${event.file.place}`;
    if (event.type === 'open') return `open ${event.kind} ${basename(event.path)} ${event.file.place}`;
    if (event.type === 'gap') return `gap ${event.cause}`;
    return event.type === 'mapping' && event.file ? `mapping ${basename(event.path)} ${event.file.place}` : '';
  });
  const hashes = stage.events.map((event) =>
    event.type === 'file-hash' ? `hash ${event.status} ${event.sha256}` : '',
  );
  return [...new Set([...lines, ...hashes])].filter((line) => line !== '').toSorted();
}

/** The sensor as the agent of the unit starts it: another user, nothing held, no more to be had than the unit allows. */
function startedByNobody(name: string, capabilities: readonly string[]): string {
  const wrapper = join(scratch, `${name}.sh`);
  writeFileSync(wrapper, `#!/bin/sh\nexec ${asNobody.join(' ')} ${sensorWith(name, capabilities)} "$@"\n`, {
    mode: 0o755,
  });
  return wrapper;
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('of a real container it sees all; without CAP_SYS_PTRACE its volumes stay dark', {
  timeout: 120_000,
}, async () => {
  const seen = await seenBy(startedByNobody('started', bounding));
  const wanted = [
    'exec /tmp/copy true upper',
    'exec /data/tool map /data/tool volume',
    'exec cat /data/read.py lower',
    'open written copy upper',
    'open exec tool volume',
    'open read read.py volume',
    'mapping tool volume',
    `hash ok ${sha256('print(1)')}`,
  ];
  assert.deepEqual(
    wanted.filter((line) => !seen.includes(line)),
    [],
    seen.join('\n'),
  );
  assert.deepEqual(
    seen.filter((line) => line.startsWith('gap')),
    [],
  );

  const dark = await seenBy(startedByNobody('untraced', without('cap_sys_ptrace')));
  assert.ok(dark.includes('exec /data/tool map /data/tool volume'), dark.join('\n'));
  assert.ok(!dark.includes('open read read.py volume'), dark.join('\n'));
});

test('without any capability the sensor says what is refused, and doctor answers no', () => {
  const answer = doctorAsNobody(sensorWith('bare', []));
  assert.equal(answer.base, 'missing');
  assert.equal(stateOf(answer, 'exec'), 'missing');
});
