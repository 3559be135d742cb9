import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CloudEvent, eventText } from '../../src/notify/cloud-event.ts';
import { Selection } from '../../src/notify/selection.ts';
import type { Word } from '../../src/verdict/index.ts';
import { ended, finding, gap, host, seen, verdictTold } from './events.ts';

const window = 600_000;
const start = Date.parse('2026-11-24T10:00:00Z');
const fresh = (): Selection => new Selection({ host, window });
const wordOf = (event: CloudEvent | undefined): Word | undefined =>
  event?.data.type === 'verdict' ? event.data.word : undefined;

/** The words that others hear of one container. */
const heardOf = (...words: readonly Word[]): readonly (Word | undefined)[] => {
  const selection = fresh();
  return words.map((word) => wordOf(selection.select(verdictTold(word), start)));
};

test('an event names host, workload and cause, and carries what `watch --json` prints', () => {
  const selection = fresh();
  selection.select(seen('k8s.io/abc', 'web-1'), start);
  const told = finding('/tmp/x', 'k8s.io/abc');
  const event = selection.select(told, start);
  assert.deepEqual(
    { ...event, id: '' },
    {
      specversion: '1.0',
      id: '',
      source: `urn:holdfast:host:${host}`,
      type: 'dev.holdfast.finding',
      subject: 'none/shop/Pod/web-1/web',
      time: told.time,
      datacontenttype: 'application/json',
      data: told,
    },
  );
  assert.match(event?.id ?? '', /^[0-9a-f]{32}$/);
  selection.select(seen('default/web'), start);
  assert.equal(selection.select(finding('/tmp/x'), start)?.subject, `${host}/default/web`);
  assert.equal(selection.select(gap('ring', null), start)?.subject, undefined);
});

test('the same cause of the same workload is told once a window, with its repeats in the next', () => {
  const selection = fresh();
  for (const id of ['a', 'b']) selection.select(seen(`k8s.io/${id}`, 'web-1'), start);
  const first = selection.select(finding('/tmp/x', 'k8s.io/a'), start);
  assert.equal(first?.repeats, undefined);
  assert.equal(selection.select(finding('/tmp/x', 'k8s.io/a'), start + 1), undefined);
  assert.equal(
    selection.select(finding('/tmp/x', 'k8s.io/b'), start + window - 1),
    undefined,
    'another container of it',
  );
  assert.ok(selection.select(finding('/tmp/y', 'k8s.io/a'), start + 2), 'another file');
  assert.ok(selection.select(finding('/tmp/x', 'k8s.io/c'), start + 2), 'another workload');
  const next = selection.select(finding('/tmp/x', 'k8s.io/a'), start + window);
  assert.equal(next?.repeats, 2);
  assert.notEqual(next?.id, first?.id);
});

test('the id is the same after a restart, and differs by workload, kind, cause and time', () => {
  const idOf = (told: Parameters<Selection['select']>[0], at = start): string => fresh().select(told, at)?.id ?? '';
  assert.equal(idOf(finding('/tmp/x')), idOf(finding('/tmp/x'), start + window - 1));
  const ids = [
    idOf(finding('/tmp/x')),
    idOf(finding('/tmp/y')),
    idOf(finding('/tmp/x', 'default/other')),
    idOf(finding('/tmp/x'), start + window),
    idOf(verdictTold('drifted')),
    idOf(gap('ring')),
    idOf(gap('older')),
    idOf(gap('ring', null)),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(!ids.includes(''));
});

test('a verdict is told when its word changes; the first where it is bad', () => {
  assert.deepEqual(heardOf('unknown', 'verified', 'verified', 'drifted'), [
    undefined,
    'verified',
    undefined,
    'drifted',
  ]);
  assert.deepEqual(heardOf('verified', 'unknown'), [undefined, 'unknown']);
  assert.deepEqual(heardOf('unverified', 'unverified'), ['unverified', undefined]);
  assert.deepEqual(heardOf('exposed'), ['exposed']);
});

test('a word that was held back and still holds is told when its window is over', () => {
  const selection = fresh();
  assert.equal(wordOf(selection.select(verdictTold('drifted'), start)), 'drifted');
  assert.equal(wordOf(selection.select(verdictTold('verified'), start + 1000)), 'verified');
  assert.equal(selection.select(verdictTold('drifted'), start + 2000), undefined);
  assert.deepEqual(selection.due(start + window - 1), []);
  const due = selection.due(start + window);
  assert.deepEqual(due.map(wordOf), ['drifted']);
  assert.equal(due[0]?.repeats, undefined, 'the one that is told is no repeat of itself');
  assert.deepEqual(selection.due(start + 3 * window), [], 'once');
  // Back to what others heard last: nothing is due.
  assert.equal(selection.select(verdictTold('verified'), start + window + 1), undefined);
  assert.equal(selection.select(verdictTold('drifted'), start + window + 2), undefined);
  assert.deepEqual(selection.due(start + 3 * window), []);
  // One that ended is nobody's concern.
  selection.select(verdictTold('unverified', 'default/b'), start);
  selection.select(verdictTold('unknown', 'default/b'), start);
  selection.select(verdictTold('unverified', 'default/b'), start);
  selection.select(ended('default/b'), start);
  assert.deepEqual(selection.due(start + 5 * window).map(wordOf), []);
});

test('of coverage only what was lost is told, and of anything else nothing', () => {
  const selection = fresh();
  assert.equal(selection.select(gap('ring', 'default/web', true), start), undefined);
  assert.ok(selection.select(gap('ring'), start));
  assert.equal(selection.select({ type: 'notice', time: '', code: 'x', message: '' }, start), undefined);
});

test('a clock that is set back silences nothing for longer than a window', () => {
  const selection = fresh();
  assert.ok(selection.select(finding('/tmp/x'), start));
  assert.ok(selection.select(finding('/tmp/x'), start - window));
});

test('whatever happens, the last word that is told is the word that holds, a window later', () => {
  const words = fc.constantFrom<Word>('drifted', 'exposed', 'unverified', 'unknown', 'verified');
  const step = fc.record({ word: words, after: fc.integer({ min: 0, max: window }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), (steps) => {
      const selection = fresh();
      let at = start;
      let heard: Word | undefined;
      for (const { word, after } of steps) {
        at += after;
        for (const one of selection.due(at)) heard = wordOf(one);
        heard = wordOf(selection.select(verdictTold(word), at)) ?? heard;
      }
      for (const one of selection.due(at + window)) heard = wordOf(one);
      const last = steps.at(-1)?.word;
      if (heard !== undefined) assert.equal(heard, last);
      else assert.ok(last === 'unknown' || last === 'verified');
    }),
  );
});

test('what is too large is sent with its main fields', () => {
  const told = { ...finding('/tmp/x'), why: 'x'.repeat(100_000) };
  const event = fresh().select(told, start);
  assert.ok(event !== undefined);
  const text = eventText(event, 3, 64 * 1024);
  assert.ok(text.length < 4096);
  const { data, dropped, id } = JSON.parse(text) as CloudEvent & { data: { truncated?: boolean; id: string } };
  assert.deepEqual([dropped, id, data.id, data.truncated], [3, event.id, told.id, true]);
  assert.equal(eventText(event, 0, 1 << 20), JSON.stringify(event));
});
