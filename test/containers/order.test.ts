import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { OrderedQueue } from '../../src/containers/stream/queue.ts';
import { Turnstile } from '../../src/containers/stream/turnstile.ts';

test('items come out in the order they were put, however their work ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(), { maxLength: 20 }), async (scheduler, values) => {
      const queue = new OrderedQueue<number>(100);
      for (const value of values) assert.ok(queue.put(scheduler.schedule(Promise.resolve(value))));
      queue.end();
      const taking = all(queue);
      await scheduler.waitFor(taking);
      assert.deepEqual(await taking, values);
    }),
  );
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

test('a full queue refuses; an ended one gives what it has, then its error', async () => {
  const queue = new OrderedQueue<number>(2);
  assert.deepEqual(
    [1, 2, 3].map((value) => queue.put(Promise.resolve(value))),
    [true, true, false],
  );
  queue.end(new Error('over'));
  assert.equal(queue.put(Promise.resolve(4)), false);
  const taken: number[] = [];
  await assert.rejects(async () => {
    for await (const value of queue) taken.push(value);
  }, /over/);
  assert.deepEqual(taken, [1, 2]);
});

test('work that fails fails its own item', async () => {
  const queue = new OrderedQueue<number>(2);
  queue.put(Promise.reject(new Error('broken')));
  await setImmediate(); // Not an unhandled rejection meanwhile.
  await assert.rejects(async () => {
    for await (const _ of queue);
  }, /broken/);
});

test('no more than the limit passes at once, all pass, in order, also past failures', async () => {
  const pieces = fc.array(fc.boolean(), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 4 }), pieces, async (scheduler, limit, fails) => {
      const turnstile = new Turnstile(limit);
      const started: number[] = [];
      let inside = 0;
      const passing = fails.map((fail, index) =>
        turnstile.pass(async () => {
          started.push(index);
          assert.ok(++inside <= limit);
          await scheduler.schedule(Promise.resolve());
          inside -= 1;
          if (fail) throw new Error('as meant');
          return index;
        }),
      );
      const settled = Promise.allSettled(passing);
      await scheduler.waitFor(settled);
      const outcomes = (await settled).map(({ status }) => status === 'rejected');
      assert.deepEqual(outcomes, fails);
      assert.deepEqual(started, [...fails.keys()]);
    }),
  );
});
