import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CloudEvent } from '../../src/notify/cloud-event.ts';
import { type Clock, Delivery } from '../../src/notify/delivery.ts';
import type { Outcome, Sink } from '../../src/notify/index.ts';
import { notifyLimits } from '../../src/notify/limits.ts';
import { Selection } from '../../src/notify/selection.ts';
import { finding, host, verdictTold } from './events.ts';

/** A clock that only moves when somebody sleeps, and a receiver that answers as it is told. */
function bench(answer: (id: string, attempt: number) => Outcome) {
  let now = 1_000_000;
  const slept: number[] = [];
  const received: CloudEvent[] = [];
  const notices: string[] = [];
  const attempts = new Map<string, number>();
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
      await turn();
    },
    random: () => 1,
  };
  const sink: Sink = {
    name: 'https://a.example',
    send: async (text) => {
      const event = JSON.parse(text) as CloudEvent;
      const attempt = (attempts.get(event.id) ?? 0) + 1;
      attempts.set(event.id, attempt);
      const outcome = answer(event.id, attempt);
      if (outcome.kind === 'done') received.push(event);
      return await Promise.resolve(outcome);
    },
  };
  const delivery = new Delivery(sink, clock, (code, message) => notices.push(`${code} ${message}`));
  return { delivery, slept, received, notices, attempts };
}

function events(count: number): readonly CloudEvent[] {
  const selection = new Selection({ host, window: 1000 });
  return Array.from({ length: count }, (_, at) => selection.select(finding(`/tmp/${at}`), 0) as CloudEvent);
}

const done: Outcome = { kind: 'done' };
const forever = new AbortController().signal;

test('what fails is tried again with longer pauses, in order, and told once each way', async () => {
  const all = events(3);
  const { delivery, received, slept, notices } = bench((id, attempt) =>
    id === all[0]?.id && attempt < 4 ? { kind: 'later', why: 'it answered 503' } : done,
  );
  for (const one of all) delivery.push(one);
  while (received.length < 3) await turn();
  assert.deepEqual(received, all);
  assert.deepEqual(slept, [250, 500, 1000]);
  await delivery.end(forever);
  assert.deepEqual(
    notices.map((text) => text.split(' ', 1)[0]),
    ['notify-failing', 'notify-back'],
  );
  assert.match(notices[1] ?? '', /none were lost/);
});

test('a receiver that breaks is tried again, and nothing else breaks with it', async () => {
  let broken = 0;
  const { delivery, received } = bench(() => {
    broken += 1;
    if (broken === 1) throw new Error('x');
    return done;
  });
  delivery.push(events(1)[0] as CloudEvent);
  while (received.length < 1) await turn();
  await delivery.end(forever);
});

test('Retry-After is waited for', async () => {
  const { delivery, received, slept } = bench((_, attempt) =>
    attempt === 1 ? { kind: 'later', why: 'it answered 429', after: 7000 } : done,
  );
  delivery.push(events(1)[0] as CloudEvent);
  while (received.length < 1) await turn();
  assert.deepEqual(slept, [7000]);
  await delivery.end(forever);
});

test('what is not taken is given up, told once, and counted in the next event', async () => {
  const all = events(4);
  const refused = new Set(all.slice(0, 2).map(({ id }) => id));
  const { delivery, received, notices, attempts } = bench((id) =>
    refused.has(id) ? { kind: 'never', why: 'it answered 410' } : done,
  );
  for (const one of all) delivery.push(one);
  while (received.length < 2) await turn();
  assert.deepEqual(
    received.map(({ dropped }) => dropped),
    [2, undefined],
  );
  assert.deepEqual([...attempts.values()], [1, 1, 1, 1]);
  assert.deepEqual(notices, [
    'notify-refused https://a.example: it answered 410; events that it does not take are not sent again',
  ]);
  await delivery.end(forever);
});

test('one event is not tried for ever, so that the others are delivered', async () => {
  const all = events(2);
  const { delivery, received, slept } = bench((id) => (id === all[0]?.id ? { kind: 'later', why: 'x' } : done));
  for (const one of all) delivery.push(one);
  while (received.length < 1) await turn();
  assert.equal(received[0]?.dropped, 1);
  const waited = slept.reduce((sum, one) => sum + one, 0);
  assert.ok(waited <= notifyLimits.giveUp && waited > notifyLimits.giveUp / 2, String(waited));
  await delivery.end(forever);
});

test('a queue that overflows while the receiver hangs keeps the findings, and says so', async () => {
  const release = Promise.withResolvers<void>();
  const received: CloudEvent[] = [];
  const notices: string[] = [];
  const sink: Sink = {
    name: 'x',
    send: async (text) => {
      await release.promise;
      received.push(JSON.parse(text) as CloudEvent);
      return done;
    },
  };
  const clock: Clock = { now: () => 0, sleep: async () => undefined, random: () => 1 };
  const delivery = new Delivery(sink, clock, (code) => notices.push(code));
  const selection = new Selection({ host, window: 1000 });
  const findings = events(notifyLimits.queue);
  delivery.push(findings[0] as CloudEvent);
  await turn();
  for (let at = 0; at < 10; at += 1)
    delivery.push(selection.select(verdictTold('drifted', `default/${at}`), 0) as CloudEvent);
  for (const one of findings.slice(1)) delivery.push(one);
  assert.deepEqual(notices, ['notify-dropped']);
  release.resolve();
  await delivery.end(forever);
  const types = received.map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'dev.holdfast.finding').length, notifyLimits.queue);
  assert.equal(types.filter((type) => type === 'dev.holdfast.verdict').length, 1);
  assert.equal(received.find(({ dropped }) => dropped !== undefined)?.dropped, 9);
  assert.deepEqual(notices, ['notify-dropped', 'notify-back']);
});

test('at the end what waits is tried, and what is left is said to be lost', async () => {
  const late = new AbortController();
  let attempts = 0;
  const { delivery, notices } = bench(() => {
    attempts += 1;
    if (attempts === 6) late.abort();
    return { kind: 'later', why: 'x' };
  });
  for (const one of events(3)) delivery.push(one);
  await delivery.end(late.signal);
  assert.match(notices.at(-1) ?? '', /notify-dropped .*: 3 events were not delivered/);
});
