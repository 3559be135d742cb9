import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResultCache, type ResultKey } from '../../src/policy/index.ts';
import { digest } from './signed.ts';

function keyOf(image: string, policy = 'p', trustRoot = 'r'): ResultKey {
  return { image: digest(image), policy: digest(policy), trustRoot: digest(trustRoot) };
}

/** A cache of answers with a clock that is set by hand, and work that counts how often it was done. */
function scene(capacity = 10) {
  const state = { now: 0, worked: 0 };
  const cache = new ResultCache<{ readonly yes: boolean }>({
    capacity,
    positiveMs: 1000,
    negativeMs: 100,
    isPositive: ({ yes }) => yes,
    clock: () => state.now,
  });
  const answer = (yes: boolean) => (): Promise<{ yes: boolean }> => {
    state.worked += 1;
    return Promise.resolve({ yes });
  };
  return { cache, state, answer };
}

const never = new AbortController().signal;
const fail = (): Promise<never> => Promise.reject(new Error('unreachable'));

test('a yes is remembered for its time, a no for a shorter one', async () => {
  const { cache, state, answer } = scene();
  await cache.get(keyOf('a'), answer(true), never);
  await cache.get(keyOf('b'), answer(false), never);
  state.now = 99;
  await cache.get(keyOf('a'), answer(true), never);
  await cache.get(keyOf('b'), answer(false), never);
  assert.equal(state.worked, 2);
  state.now = 100;
  assert.deepEqual(await cache.get(keyOf('b'), answer(true), never), { yes: true });
  assert.equal(state.worked, 3);
  state.now = 999;
  await cache.get(keyOf('a'), answer(false), never);
  assert.equal(state.worked, 3);
  state.now = 1000;
  assert.equal(cache.peek(keyOf('a')), undefined);
});

test('another digest, policy or trust root is another result', async () => {
  const { cache, state, answer } = scene();
  for (const key of [keyOf('a'), keyOf('b'), keyOf('a', 'q'), keyOf('a', 'p', 's')])
    await cache.get(key, answer(true), never);
  assert.equal(state.worked, 4);
});

test('at most so many are kept, the one asked for longest ago goes', async () => {
  const { cache, state, answer } = scene(2);
  await cache.get(keyOf('a'), answer(true), never);
  await cache.get(keyOf('b'), answer(true), never);
  await cache.get(keyOf('a'), answer(true), never);
  await cache.get(keyOf('c'), answer(true), never);
  assert.equal(cache.size, 2);
  assert.equal(state.worked, 3);
  assert.ok(cache.peek(keyOf('a')) !== undefined);
  assert.equal(cache.peek(keyOf('b')), undefined);
});

test('work under way is shared by all who ask', async () => {
  const { cache } = scene();
  const { promise, resolve } = Promise.withResolvers<{ yes: boolean }>();
  let worked = 0;
  const work = () => {
    worked += 1;
    return promise;
  };
  const all = Array.from({ length: 8 }, () => cache.get(keyOf('a'), work, never));
  resolve({ yes: true });
  assert.deepEqual(
    await Promise.all(all),
    Array.from({ length: 8 }, () => ({ yes: true })),
  );
  assert.equal(worked, 1);
});

test('what throws is not remembered, and everybody who waits hears of it', async () => {
  const { cache, state, answer } = scene();
  const results = await Promise.allSettled([cache.get(keyOf('a'), fail, never), cache.get(keyOf('a'), fail, never)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(await cache.get(keyOf('a'), answer(true), never), { yes: true });
  assert.equal(state.worked, 1);
});

test('work that throws at once is a rejection', async () => {
  const { cache } = scene();
  await assert.rejects(
    cache.get(
      keyOf('a'),
      () => {
        throw new Error('at once');
      },
      never,
    ),
    /at once/,
  );
});

test('one who gives up does not stop the work for the others; the last one does', async () => {
  const { cache, answer } = scene();
  const { promise, resolve } = Promise.withResolvers<{ yes: boolean }>();
  let stopped: AbortSignal | undefined;
  const work = (signal: AbortSignal) => {
    stopped = signal;
    return promise;
  };
  const impatient = new AbortController();
  const first = cache.get(keyOf('a'), work, impatient.signal);
  const second = cache.get(keyOf('a'), work, never);
  impatient.abort(new Error('too long'));
  await assert.rejects(first, /too long/);
  assert.equal(stopped?.aborted, false);
  resolve({ yes: true });
  assert.deepEqual(await second, { yes: true });

  const alone = new AbortController();
  const third = cache.get(
    keyOf('b'),
    (signal) => {
      stopped = signal;
      return new Promise(() => {});
    },
    alone.signal,
  );
  alone.abort(new Error('gone'));
  await assert.rejects(third, /gone/);
  assert.equal(stopped.aborted, true);
  // Who comes after does not wait for work that was stopped.
  assert.deepEqual(await cache.get(keyOf('b'), answer(true), never), { yes: true });
});

test('what was forgotten while it was worked for is not remembered', async () => {
  const { cache, answer, state } = scene();
  const { promise, resolve } = Promise.withResolvers<{ yes: boolean }>();
  const before = cache.get(keyOf('a'), () => promise, never);
  cache.clear();
  resolve({ yes: true });
  await before;
  assert.equal(cache.peek(keyOf('a')), undefined);
  await cache.get(keyOf('a'), answer(false), never);
  assert.equal(state.worked, 1);
});

test('a signal that is aborted already starts nothing', async () => {
  const { cache, state, answer } = scene();
  await assert.rejects(cache.get(keyOf('a'), answer(true), AbortSignal.abort(new Error('late'))), /late/);
  assert.equal(state.worked, 0);
});
