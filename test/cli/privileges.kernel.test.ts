import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import type { Check } from '../../src/cli/host/index.ts';

// What deploy/systemd does, without systemd: an agent without any capability, and a sensor with those of its file.
const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-privileges-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
chmodSync(scratch, 0o755);

const nobody = '65534';
const unit = readFileSync(join(root, 'deploy/systemd/holdfast-watch.service'), 'utf8');
const bounding = (/^CapabilityBoundingSet=(.+)$/m.exec(unit)?.[1] ?? '').toLowerCase().split(' ');

/** A copy of the sensor with these capabilities on the file. */
function sensorWith(name: string, capabilities: readonly string[]): string {
  const file = join(scratch, name);
  copyFileSync(join(root, 'sensor/build/holdfast-sensor'), file);
  chmodSync(file, 0o755);
  if (capabilities.length > 0) execFileSync('setcap', [`${capabilities.join(',')}=ep`, file]);
  return file;
}

interface Answer {
  readonly base: string;
  readonly checks: readonly Check[];
}

/** `doctor` as the unit would run it: user nobody, nothing held, and no more to be had than the unit allows. */
function doctorAsNobody(sensor: string): Answer {
  const allowed = ['-all', ...bounding.map((name) => `+${name.slice('cap_'.length)}`)].join(',');
  const { stdout, stderr } = spawnSync(
    'setpriv',
    [
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      `--bounding-set=${allowed}`,
      '--inh-caps=-all',
      bin,
      'doctor',
      '--json',
    ],
    {
      encoding: 'utf8',
      cwd: '/',
      env: { PATH: process.env['PATH'], HOLDFAST_SENSOR: sensor, HOLDFAST_STORE: scratch },
    },
  );
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

for (const capability of bounding) {
  test(`without ${capability} something is missing: the unit grants no more than is used`, () => {
    const whole = doctorAsNobody(sensorWith('whole', bounding));
    const less = doctorAsNobody(
      sensorWith(
        'less',
        bounding.filter((name) => name !== capability),
      ),
    );
    const lost = whole.checks.filter(({ name, state }) => state === 'ok' && stateOf(less, name) !== 'ok');
    assert.notDeepEqual(lost, []);
  });
}

test('without any capability the sensor says what is refused, and doctor answers no', () => {
  const answer = doctorAsNobody(sensorWith('bare', []));
  assert.equal(answer.base, 'missing');
  assert.equal(stateOf(answer, 'exec'), 'missing');
});
