import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HoldfastError } from '../../../src/errors/index.ts';
import { locateSensor, probeSensor, type SensorEvent, startSensor } from '../../../src/sensor/index.ts';
import { Stage } from './stage.ts';

const identityOf = (event: SensorEvent): readonly string[] => {
  if (event.type === 'exec') return [`exec ${event.path} ${event.argv.join(' ')} ${event.file.ino}`];
  if (event.type === 'open') return [`open ${event.kind} ${event.path} ${event.file.ino} ${event.flags.outside}`];
  if (event.type === 'mapping') return [`mapping ${event.path} ${event.file?.ino}`];
  return [];
};

describe('two sensors on one host', { timeout: 120_000 }, () => {
  let stage: Stage;
  /** The sensor as it is started outside of tests. */
  let exclusive: string;

  before(async () => {
    stage = await Stage.open();
    exclusive = join(stage.scratch, 'sensor-exclusive');
    writeFileSync(exclusive, `#!/bin/sh\nunset HOLDFAST_BESIDE_OTHERS\nexec '${locateSensor(process.env)}' "$@"\n`);
    chmodSync(exclusive, 0o755);
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  it('the second one leaves, and says why', async () => {
    const lives = startSensor({ binary: exclusive, options: {}, signal: AbortSignal.timeout(20_000) });
    await assert.rejects(lives.next(), (error) => {
      assert.ok(error instanceof HoldfastError);
      assert.equal(error.code, 'sensor-not-alone');
      assert.match(error.message, /another sensor watches this host/);
      return true;
    });
  });

  it('another network or mount namespace hides it from nobody', async () => {
    const inside = join(stage.scratch, 'sensor-inside');
    writeFileSync(inside, `#!/bin/sh\nexec unshare --net --ipc --uts --mount '${exclusive}' "$@"\n`);
    chmodSync(inside, 0o755);
    const lives = startSensor({ binary: inside, options: {}, signal: AbortSignal.timeout(20_000) });
    await assert.rejects(lives.next(), { code: 'sensor-not-alone' });
  });

  it('a probe is none', async () => {
    const probe = await probeSensor(exclusive, AbortSignal.timeout(20_000));
    assert.equal(probe.capabilities.find(({ name }) => name === 'exec')?.state, 'shown');
  });

  it('side by side, as in tests, each tells the same: neither takes the other’s reading for the container’s', async () => {
    const stop = new AbortController();
    const others: SensorEvent[] = [];
    const binary = locateSensor(process.env);
    const options = { countIntervalSeconds: 1, hashSuffixes: ['.py'] };
    const beats = () => others.filter((event) => event.type === 'heartbeat').length;
    const pump = (async () => {
      for await (const batch of startSensor({ binary, options, signal: stop.signal })) others.push(...batch);
    })();
    await stage.until(() => beats() > 0, 'the other’s heartbeat');
    const seen = await stage.act([
      '/bin/sh',
      '-c',
      'cp /bin/doer /tmp/x; /tmp/x sleep 200; echo 1 > /tmp/m.py; cat /tmp/m.py; /bin/doer map-memfd /bin/busybox',
    ]);
    assert.equal(seen.output.code, 0, seen.output.stderr);
    const key = seen.events.find((event) => event.type === 'exec')?.container;
    const ended = () =>
      others.some((event) => event.type === 'container' && event.container === key && event.state === 'gone');
    await stage.until(ended, 'the end of the container, by the other');
    stop.abort();
    await pump;
    const mine = seen.events.flatMap(identityOf);
    assert.ok(mine.length > 5);
    assert.deepEqual(
      others
        .filter((event) => event.container === key)
        .flatMap(identityOf)
        .toSorted(),
      mine.toSorted(),
    );
  });
});
