import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lanes } from '../../src/policy/judge/lanes.ts';
import { Memory, type MemoryOptions } from '../../src/policy/judge/memory.ts';

function clocked(options: Partial<MemoryOptions<string>> = {}) {
  const time = { now: 0 };
  const closing = new AbortController();
  const memory = new Memory<string>({
    capacity: 10,
    lifetime: () => ({ fresh: 10, usable: 20 }),
    failureMs: 5,
    workMs: 60_000,
    clock: () => time.now,
    closing: closing.signal,
    ...options,
  });
  return { memory, time, closing };
}

/** Work that ends when the test says so. */
function held() {
  const gates: PromiseWithResolvers<string>[] = [];
  const work = (): Promise<string> => {
    const gate = Promise.withResolvers<string>();
    gates.push(gate);
    return gate.promise;
  };
  return { gates, work };
}

const fails = async (): Promise<string> => Promise.reject(new Error('down'));

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('memory', () => {
  test('many who ask share one piece of work, and it is remembered', async () => {
    const { memory } = clocked();
    const { gates, work } = held();
    const asked = [memory.get('a', work), memory.get('a', work), memory.get('a', work)];
    await settled();
    assert.equal(memory.running, 1);
    gates[0]?.resolve('x');
    assert.deepEqual(await Promise.all(asked), ['x', 'x', 'x']);
    assert.equal(await memory.get('a', work), 'x');
    assert.equal(gates.length, 1);
  });

  test('what is not fresh is given at once and renewed behind; what is too old is waited for', async () => {
    const { memory, time } = clocked();
    const { gates, work } = held();
    await Promise.all([memory.get('a', work), settled().then(() => gates[0]?.resolve('1'))]);
    time.now = 15;
    assert.equal(await memory.get('a', work), '1');
    await settled();
    assert.equal(gates.length, 2);
    assert.equal(await memory.get('a', work), '1', 'one renewal, however many ask');
    assert.equal(gates.length, 2);
    gates[1]?.resolve('2');
    await settled();
    assert.equal(memory.peek('a'), '2');
    time.now = 40;
    assert.equal(memory.peek('a'), undefined);
    const waits = memory.get('a', work);
    await settled();
    gates[2]?.resolve('3');
    assert.equal(await waits, '3');
  });

  test('a renewal that fails takes nothing away that is still usable; a failure is remembered briefly', async () => {
    const { memory, time } = clocked();
    await memory.get('a', async () => 'x');
    time.now = 15;
    assert.equal(await memory.get('a', fails), 'x');
    await settled();
    assert.equal(memory.peek('a'), 'x');
    time.now = 30;
    await assert.rejects(memory.get('a', fails), /down/);
    let asked = 0;
    const counts = async (): Promise<string> => {
      asked += 1;
      return 'y';
    };
    await assert.rejects(memory.get('a', counts), /down/);
    assert.equal(asked, 0);
    time.now = 36;
    assert.equal(await memory.get('a', counts), 'y');
  });

  test('it is bounded by number and by weight; what was not asked for longest goes', async () => {
    const { memory } = clocked({ capacity: 3, capacityWeight: 100, weight: (text) => text.length });
    for (const key of ['a', 'b', 'c']) await memory.get(key, async () => key);
    await memory.get('a', async () => 'new');
    await memory.get('d', async () => 'd');
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => memory.peek(key)),
      ['a', undefined, 'c', 'd'],
    );
    await memory.get('e', async () => 'x'.repeat(99));
    assert.deepEqual(
      ['a', 'c', 'd'].map((key) => memory.peek(key) !== undefined),
      [false, false, true],
    );
    await memory.get('f', async () => 'x'.repeat(200));
    assert.equal(memory.size, 0, 'what is heavier than all is not kept');
  });

  test('closing ends the work', async () => {
    const { memory, closing } = clocked();
    const asked = memory.get(
      'a',
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    await settled();
    closing.abort(new Error('closed'));
    await assert.rejects(asked, /closed/);
  });
});

describe('lanes', () => {
  const { signal } = new AbortController();

  test('a lane that hangs holds up no other, and the number in all is bounded', async () => {
    const lanes = new Lanes({ perLane: 2, total: 3, waiting: 10 });
    const { gates, work } = held();
    const stuck = [1, 2, 3].map(() => lanes.run('slow', work, signal));
    await settled();
    assert.equal(gates.length, 2);
    assert.equal(await lanes.run('good', async () => 'x', signal), 'x');
    for (const gate of gates) gate.resolve('y');
    await settled();
    gates[2]?.resolve('y');
    assert.deepEqual(await Promise.all(stuck), ['y', 'y', 'y']);
  });

  test('too many that wait are refused, and who gives up leaves the line', async () => {
    const lanes = new Lanes({ perLane: 1, total: 1, waiting: 1 });
    const { gates, work } = held();
    const first = lanes.run('a', work, signal);
    await settled();
    const leaves = new AbortController();
    const second = lanes.run('a', work, leaves.signal);
    await assert.rejects(lanes.run('a', work, signal), { code: 'verification-overloaded' });
    leaves.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    const third = lanes.run('b', work, signal);
    gates[0]?.resolve('1');
    assert.equal(await first, '1');
    await settled();
    gates[1]?.resolve('3');
    assert.equal(await third, '3');
    assert.equal(gates.length, 2, 'what was given up never began');
  });

  test('work that fails leaves its place', async () => {
    const lanes = new Lanes({ perLane: 1, total: 1, waiting: 1 });
    await assert.rejects(
      lanes.run('a', async () => Promise.reject(new Error('x')), signal),
      /x/,
    );
    assert.equal(await lanes.run('a', async () => 'y', signal), 'y');
  });
});
