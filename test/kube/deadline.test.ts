import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineFor, goDuration } from '../../src/kube/index.ts';

test('durations as Go writes them', () => {
  const good = { '10s': 10_000, '1m0s': 60_000, '500ms': 500, '1.5s': 1500, '1h': 3_600_000, '1us': 0.001 };
  for (const [text, millis] of Object.entries(good)) assert.equal(goDuration(text), millis, text);
  for (const text of ['', '10', 's', '-1s', '1 s', '1d', '10s!', '1s'.repeat(20), 'NaNs', '1e9s']) {
    assert.equal(goDuration(text), undefined, text);
  }
});

test('the answer leaves before the API server gives up, and never later than configured', () => {
  assert.equal(deadlineFor(null, 8000), 8000);
  assert.equal(deadlineFor('10s', 8000), 8000);
  assert.equal(deadlineFor('5s', 8000), 4000);
  assert.equal(deadlineFor('1s', 8000), 750);
  assert.equal(deadlineFor('30s', 8000), 8000);
  assert.equal(deadlineFor('rubbish', 8000), 8000);
  assert.equal(deadlineFor('0s', 8000), 8000);
});
