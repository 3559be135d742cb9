import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayAfter, retryAfterOf } from '../../src/notify/backoff.ts';
import type { CloudEvent } from '../../src/notify/cloud-event.ts';
import { notifyLimits } from '../../src/notify/limits.ts';
import { EventQueue } from '../../src/notify/queue.ts';

function event(type: 'finding' | 'verdict' | 'coverage', id: string): CloudEvent {
  return { type: `dev.holdfast.${type}`, id } as CloudEvent;
}

function drain(queue: EventQueue): readonly string[] {
  const ids: string[] = [];
  for (let one = queue.take(); one !== undefined; one = queue.take()) ids.push(one.id);
  return ids;
}

test('a full queue drops the oldest verdict or coverage first, findings last, and counts', () => {
  const queue = new EventQueue(4);
  for (const one of [event('finding', 'f1'), event('verdict', 'v1'), event('coverage', 'c1'), event('finding', 'f2')])
    assert.equal(queue.push(one), true);
  assert.equal(queue.push(event('finding', 'f3')), false);
  assert.equal(queue.push(event('verdict', 'v2')), false);
  assert.equal(queue.dropped, 2);
  assert.deepEqual(drain(queue), ['f1', 'f2', 'f3', 'v2']);
});

test('among findings alone the oldest goes, and nothing less than a finding displaces one', () => {
  const queue = new EventQueue(2);
  for (const id of ['f1', 'f2']) queue.push(event('finding', id));
  assert.equal(queue.push(event('coverage', 'c1')), false);
  assert.equal(queue.push(event('finding', 'f3')), false);
  assert.deepEqual(drain(queue), ['f2', 'f3']);
  assert.equal(queue.dropped, 2);
  queue.told(2);
  assert.equal(queue.dropped, 0);
});

test('delays double up to the longest, are spread, and obey the receiver up to a bound', () => {
  const delays = [1, 2, 3, 4, 50, 2000].map((attempt) => delayAfter(attempt, 1, undefined));
  assert.deepEqual(delays, [250, 500, 1000, 2000, 30_000, 30_000]);
  assert.equal(delayAfter(3, 0, undefined), 500);
  assert.equal(delayAfter(1, 1, 20_000), 20_000);
  assert.equal(delayAfter(1, 1, 10), 250);
  assert.equal(delayAfter(1, 1, 1e12), notifyLimits.retryAfter);
});

test('Retry-After is seconds or a date, and anything else is none', () => {
  const now = Date.parse('2026-11-24T10:00:00Z');
  assert.equal(retryAfterOf('7', now), 7000);
  assert.equal(retryAfterOf('Tue, 24 Nov 2026 10:00:30 GMT', now), 30_000);
  assert.equal(retryAfterOf('Tue, 24 Nov 2026 09:00:00 GMT', now), 0);
  for (const text of [null, '', '-1', '1.5', 'soon', '99999999999', 'Tue, x'])
    assert.equal(retryAfterOf(text, now), undefined);
});
