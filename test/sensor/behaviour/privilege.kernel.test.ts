import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { locateSensor, type SensorEvent } from '../../../src/sensor/index.ts';
import { execs, Stage } from './stage.ts';

/**
 * The sensor as another user, with these capabilities alone, as the systemd unit runs it. (As root it would need
 * CAP_SYS_PTRACE only for containers that have a capability which it has not.)
 */
function unprivileged(capabilities: readonly string[], directory: string): string {
  const sensor = join(directory, 'sensor-copy');
  copyFileSync(locateSensor(process.env), sensor);
  chmodSync(sensor, 0o755);
  execFileSync('setcap', [`${capabilities.join(',')}=ep`, sensor]);
  chmodSync(directory, 0o755);
  const program = join(directory, 'sensor-unprivileged');
  const bounding = ['-all', ...capabilities.map((name) => name.replace('cap_', '+'))].join(',');
  const user = `--reuid=65534 --regid=65534 --clear-groups --bounding-set=${bounding} --inh-caps=-all`;
  writeFileSync(program, `#!/bin/sh\nexec setpriv ${user} '${sensor}' "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}

const gaps = (events: readonly SensorEvent[]) =>
  events.flatMap((event) => (event.type === 'gap' ? [`${event.cause}: ${event.detail}`] : []));

describe('a sensor without CAP_SYS_PTRACE says what it can’t see', { timeout: 120_000 }, () => {
  let stage: Stage;
  let older: string;

  before(async () => {
    stage = await Stage.openWithoutSensor();
    older = await stage.stay();
    await stage.watch(
      { countIntervalSeconds: 1 },
      unprivileged(['cap_sys_admin', 'cap_dac_read_search'], stage.scratch),
    );
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  it('at its start', () => {
    const found = stage.events.find((event) => event.type === 'capability' && event.name === 'volume-open');
    assert.ok(found?.type === 'capability');
    assert.equal(found.state, 'refused');
    assert.match(found.detail, /EACCES/);
  });

  it('of a container with volumes: that they are not watched', async () => {
    const volume = join(stage.scratch, 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'x.py'), '1');
    const seen = await stage.act(['/bin/sh', '-c', 'cat /data/x.py; /bin/doer sleep 200'], {
      mounts: [{ source: volume, target: '/data' }],
    });
    assert.ok(
      execs(seen).some((event) => event.argv[0] === '/bin/doer'),
      'what runs is seen all the same',
    );
    assert.ok(!seen.events.some((event) => event.type === 'open' && event.path === '/data/x.py'));
    const said = gaps(seen.events).filter((line) => line.startsWith('mark-failed: its volumes'));
    assert.equal(said.length, 1, gaps(seen.events).join('; '));
  });

  it('of an older container: that it could not be read', () => {
    const said = gaps(stage.of(older));
    assert.ok(
      said.some((line) => /^older: .*could not be read/.test(line)),
      said.join('; '),
    );
  });
});

describe('a sensor that holds no runtime back', { timeout: 120_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open({ guards: [], countIntervalSeconds: 1 });
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  it('says of which volumes it may have missed the first uses', async () => {
    const volume = join(stage.scratch, 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'x.py'), '1');
    const seen = await stage.act(['/bin/sh', '-c', 'cat /data/x.py; /bin/doer sleep 200'], {
      mounts: [{ source: volume, target: '/data' }],
    });
    const late = gaps(seen.events).filter((line) => line.startsWith('volume-late: '));
    assert.ok(
      late.some((line) => /\/data$|first execution before its volumes/.test(line)),
      gaps(seen.events).join('\n'),
    );
  });
});
