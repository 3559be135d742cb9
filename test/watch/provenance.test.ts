import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { NewEntry } from '../../src/ledger/index.ts';
import { parseDigest } from '../../src/oci/index.ts';
import type { ProvenanceAnswer, ProvenImage } from '../../src/watch/index.ts';
import { Provenances } from '../../src/watch/provenance.ts';

const image = (digit: string): ProvenImage => ({
  name: `registry.example/app:${digit}`,
  manifest: parseDigest(`sha256:${digit.repeat(64)}`),
});
const allow: ProvenanceAnswer = { result: 'allow', cites: [], faults: [] };
const fault = { policy: 'p', check: 'signature', code: 'evidence-missing', reason: 'there is none' };
const deny: ProvenanceAnswer = { result: 'deny', cites: [], faults: [fault] };
const silent: ProvenanceAnswer = {
  result: 'undecided',
  cites: [],
  faults: [{ ...fault, code: 'registry-unreachable' }],
};

/** A judge that answers as told, and a clock that stands. */
function scene() {
  const told = { answer: allow, version: 'one', at: 0 };
  const asked: string[] = [];
  const entries: NewEntry[] = [];
  const exceptions: number[] = [];
  const ending = new AbortController();
  const provenances = new Provenances({
    judge: {
      version: () => told.version,
      files: () => Promise.resolve([]),
      judge: async ({ name }) => {
        asked.push(name);
        return await Promise.resolve(told.answer);
      },
    },
    now: () => '2026-01-01T00:00:00.000Z',
    clock: () => told.at,
    record: (entry, done) => {
      entries.push(entry);
      done();
    },
    changed: (_, evidence) => exceptions.push(evidence?.exceptions.length ?? 0),
    signal: ending.signal,
  });
  const want = async (one: ProvenImage): Promise<string> => {
    provenances.want(one);
    for (let n = 0; n < 5; n++) await turn();
    return provenances.of(one.manifest).state;
  };
  return { told, asked, entries, exceptions, ending, provenances, want };
}

test('each digest is judged once, and again when its time or its policies have changed', async () => {
  const { told, asked, entries, want } = scene();
  assert.equal(await want(image('1')), 'good');
  await want(image('1'));
  assert.equal(asked.length, 1);
  await want(image('2'));
  assert.equal(asked.length, 2);
  told.at = 300_000;
  await want(image('1'));
  assert.equal(asked.length, 3);
  told.version = 'two';
  told.answer = deny;
  assert.equal(await want(image('1')), 'refused');
  // Only what is new is evidence.
  assert.deepEqual(
    entries.map(({ body }) => (body as { state: string }).state),
    ['good', 'good', 'refused'],
  );
});

test('an unreachable registry takes nothing away for a day, but for a policy that changed', async () => {
  const { told, want } = scene();
  await want(image('1'));
  told.answer = silent;
  told.at = 80_000_000;
  assert.equal(await want(image('1')), 'good');
  told.at = 86_400_001;
  assert.equal(await want(image('1')), 'unavailable');
  told.answer = allow;
  told.at += 20_000;
  assert.equal(await want(image('1')), 'good');
  told.answer = silent;
  told.version = 'two';
  assert.equal(await want(image('1')), 'unavailable');
});

test('what was denied is not good because nobody answers', async () => {
  const { told, want } = scene();
  told.answer = deny;
  await want(image('1'));
  told.answer = silent;
  told.at = 300_001;
  assert.equal(await want(image('1')), 'unavailable');
});

test('without a judge nothing is checked, and nothing after the end', async () => {
  const { told, asked, ending, want, provenances } = scene();
  ending.abort();
  assert.equal(await want(image('1')), 'pending');
  assert.deepEqual([asked.length, told.answer], [0, allow]);
  assert.equal(provenances.of(undefined).state, 'not-checked');
});

test('an exception that is withdrawn is withdrawn, however many others there are', async () => {
  const { told, exceptions, want } = scene();
  const one = image('1');
  const many = Array.from({ length: 300 }, (_, n) => ({
    evidence: parseDigest(`sha256:${n.toString(16).padStart(64, '0')}`),
    document: { metadata: { name: 'x' }, spec: { notBefore: 'then', expires: 'later' } },
  }));
  const given = (count: number): ProvenanceAnswer =>
    ({
      ...allow,
      evidence: { manifest: one.manifest, profile: { state: 'none' }, exceptions: many.slice(0, count), files: [] },
    }) as unknown as ProvenanceAnswer;
  for (const count of [300, 300, 299]) {
    told.answer = given(count);
    told.at += 301_000;
    await want(one);
  }
  assert.deepEqual(exceptions, [300, 299]);
});
