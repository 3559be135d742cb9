import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HoldfastError } from '../../src/errors/index.ts';
import { locateSensor, probeSensor, type SensorEvent, startSensor } from '../../src/sensor/index.ts';
import { frame } from './encode.ts';

// How a process that ends, hangs or talks nonsense is handled; the real sensor's life is in test/watch/lifecycle.kernel.test.ts.
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-sensor-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

let programs = 0;

/** A program that says these frames, then does what the shell line says. */
function program(frames: readonly Buffer[], then: string): string {
  const name = join(scratch, `sensor-${programs++}`);
  writeFileSync(`${name}.frames`, Buffer.concat(frames));
  writeFileSync(name, `#!/bin/sh\ncat '${name}.frames'\n${then}\n`, { mode: 0o755 });
  return name;
}

const hello = (time: number, protocol = 1): Buffer =>
  frame('hello', { seq: 1, time }, { protocol, pid: 1, realtime_offset: 0n, started: BigInt(time) }, [
    'boot',
    '1',
    '6',
  ]);
const heartbeat = (seq: number, time: number): Buffer => frame('heartbeat', { seq, time });

const exited = (seq: number, containerSeq: number) =>
  frame('exit', { seq, time: seq, container: 7n, container_seq: containerSeq });
const capability = (name: string, state: number) => frame('capability', { seq: 2 }, { state }, [name, 'why']);

async function collect(
  binary: string,
  enough: (events: readonly SensorEvent[]) => boolean,
): Promise<{ readonly events: readonly SensorEvent[]; readonly restarts: readonly string[] }> {
  const stop = new AbortController();
  const events: SensorEvent[] = [];
  const restarts: string[] = [];
  const onRestart = (why: string): void => {
    restarts.push(why);
  };
  for await (const batch of startSensor({ binary, options: {}, signal: stop.signal, onRestart })) {
    events.push(...batch);
    if (enough(events)) stop.abort();
  }
  return { events, restarts };
}

const code = (expected: string) => (error: unknown) => error instanceof HoldfastError && error.code === expected;

test('one that dies is started again, and the gap runs from its last heartbeat to the new hello', async () => {
  const binary = program([hello(1000), heartbeat(2, 2000)], 'echo broken >&2; exit 3');
  const { events, restarts } = await collect(
    binary,
    (all) => all.filter((event) => event.type === 'hello').length === 2,
  );
  const gap = events.find((event) => event.type === 'gap');
  assert.deepEqual([gap?.cause, gap?.container, gap?.from, gap?.to], ['sensor-restart', 0n, 2000n, 1000n]);
  assert.deepEqual(restarts, ['exit code 3: broken']);
});

test('one that ends before hello, and one that is not there', async () => {
  await assert.rejects(
    collect(program([], 'echo no rights >&2; exit 1'), () => false),
    (error) => code('sensor-silent')(error) && /no rights/.test(String(error)),
  );
  await assert.rejects(
    collect(join(scratch, 'absent'), () => false),
    code('sensor-silent'),
  );
});

test('one of another protocol is refused', async () => {
  await assert.rejects(
    collect(program([hello(1, 2)], 'exec sleep 60'), () => false),
    code('sensor-protocol'),
  );
});

test('garbage in its stream ends this life of it, and what came before counts', async () => {
  const binary = program([hello(1), heartbeat(2, 2), Buffer.alloc(64, 0xff)], 'exec sleep 60');
  const { events, restarts } = await collect(binary, (all) => all.some((event) => event.type === 'gap'));
  assert.deepEqual(
    events.slice(0, 2).map((event) => event.type),
    ['hello', 'heartbeat'],
  );
  assert.match(restarts[0] ?? '', /a frame claims 4294967295 bytes/);
});

test('holes and frames that can’t be read come as gaps, before what follows them', async () => {
  const broken = frame('open', { seq: 5, time: 5, container: 7n, container_seq: 2 }, { kind: 99 }, ['/x']);
  const binary = program([hello(1), heartbeat(2, 2), exited(4, 1), broken, exited(9, 5)], 'exec sleep 60');
  const { events } = await collect(binary, (all) => all.filter((event) => event.type === 'exit').length === 2);
  const gaps = events.filter((event) => event.type === 'gap');
  assert.deepEqual(
    gaps.map((gap) => [gap.cause, gap.container, gap.count]),
    [
      ['frame-undecodable', 7n, 1],
      ['sequence-hole', 7n, 2],
    ],
  );
});

test('it ends with the signal, also when the sensor does not want to', async () => {
  const binary = program([hello(1)], 'trap "" TERM; while :; do sleep 0.1; done');
  const { restarts } = await collect(binary, (all) => all.length > 0);
  assert.deepEqual(restarts, []);
});

test('the probe names every capability of the closed list: what the sensor is silent about is absent', async () => {
  const binary = program(
    [hello(1), capability('exec', 1), capability('mount', 3), capability('of-tomorrow', 1)],
    'exit 0',
  );
  const probe = await probeSensor(binary, new AbortController().signal);
  const states = new Map(probe.capabilities.map((one) => [one.name, one.state]));
  assert.equal(states.get('exec'), 'shown');
  assert.equal(states.get('mount'), 'refused');
  assert.equal(states.get('hash'), 'absent');
  assert.equal(states.has('of-tomorrow' as 'exec'), false);
});

test('HOLDFAST_SENSOR names it, and nothing else is tried then', () => {
  const binary = program([], 'exit 0');
  assert.equal(locateSensor({ HOLDFAST_SENSOR: binary }), binary);
  assert.throws(() => locateSensor({ HOLDFAST_SENSOR: join(scratch, 'absent') }), code('sensor-missing'));
});
