import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudEvent } from '../../src/notify/index.ts';
import { notifyLimits } from '../../src/notify/index.ts';
import { Selection } from '../../src/notify/selection.ts';
import { textOf } from '../house/tree.ts';
import { finding, host, seen } from './events.ts';

const text = textOf('docs/watch.md');

test('the example of docs/watch.md has the fields of an event, each explained', () => {
  const example = JSON.parse(/^```json\n(.*?)^```$/ms.exec(text)?.[1] ?? '') as CloudEvent;
  const selection = new Selection({ host, window: 1000 });
  selection.select(seen('k8s.io/4e1f', 'web-1'), 0);
  const told = finding('/tmp/x', 'k8s.io/4e1f');
  selection.select(told, 0);
  selection.select(told, 1);
  const made = selection.select(told, 1000);
  assert.deepEqual(
    Object.keys(example).filter((name) => name !== 'dropped'),
    Object.keys(made ?? {}),
  );
  assert.deepEqual(Object.keys(example.data), Object.keys(told));
  for (const name of ['type', 'source', 'subject', 'id', 'repeats', 'dropped'])
    assert.match(text, new RegExp(`\\| \`${name}\` \\|`));
});

test('the numbers of docs/watch.md are those of the code', () => {
  const { sinks, queue, window, answer, command, firstDelay, longestDelay, retryAfter, giveUp, end, bodyBytes } =
    notifyLimits;
  const said = [
    `up to ${sinks} times`,
    `${queue.toLocaleString('en')} events`,
    `once in ${window / 60_000} minutes`,
    `within ${answer / 1000} s`,
    `within ${command / 1000} s`,
    `after ${firstDelay / 1000} s, doubled up to ${longestDelay / 1000} s`,
    `(${retryAfter / 60_000} minutes at most), for ${giveUp / 60_000} minutes`,
    `over ${bodyBytes / 1024} KiB`,
    `what waits has ${end / 1000} s`,
  ];
  for (const one of said) assert.ok(text.replaceAll(/\s+/g, ' ').includes(one), one);
});
