import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  notYetJudged,
  reasons,
  termNames,
  verdict,
  type Word,
  words,
  workloadVerdict,
  worseWord,
} from '../../src/verdict/index.ts';
import { statesOf, termsOf } from './terms.ts';

const rank = (word: Word): number => words.indexOf(word);
const states = {
  identity: statesOf('identity'),
  behaviour: statesOf('behaviour'),
  provenance: statesOf('provenance'),
  exposure: statesOf('exposure'),
  coverage: statesOf('coverage'),
};

function worst(list: readonly Word[]): Word {
  return words[Math.min(...list.map(rank))] ?? 'verified';
}

test('for every combination of states the word is the worst of the terms, and every reason is listed', () => {
  let verified = 0;
  let combinations = 0;
  for (const identity of states.identity) {
    for (const behaviour of states.behaviour) {
      for (const provenance of states.provenance) {
        for (const exposure of states.exposure) {
          for (const coverage of states.coverage) {
            const parts = { identity, behaviour, provenance, exposure, coverage };
            const result = verdict(
              termsOf({
                identity: identity.term,
                behaviour: behaviour.term,
                provenance: provenance.term,
                exposure: exposure.term,
                coverage: coverage.term,
              }),
            );
            const list = Object.values(parts);
            combinations += 1;
            if (result.word === 'verified') verified += 1;
            if (result.word !== worst(list.map((part) => part.word))) assert.fail(JSON.stringify(parts));
            const said = list.reduce((sum, part) => sum + (part.term.reasons?.length ?? 0), 0);
            if (result.reasons.length !== said) assert.fail(JSON.stringify(parts));
          }
        }
      }
    }
  }
  assert.equal(verified, 1, 'only all five good is verified');
  assert.ok(combinations > 5000);
});

const anyState = fc.record({
  identity: fc.constantFrom(...states.identity),
  behaviour: fc.constantFrom(...states.behaviour),
  provenance: fc.constantFrom(...states.provenance),
  exposure: fc.constantFrom(...states.exposure),
  coverage: fc.constantFrom(...states.coverage),
});
type AnyState = typeof anyState extends fc.Arbitrary<infer T> ? T : never;

function judge(parts: AnyState) {
  return verdict(
    termsOf({
      identity: parts.identity.term,
      behaviour: parts.behaviour.term,
      provenance: parts.provenance.term,
      exposure: parts.exposure.term,
      coverage: parts.coverage.term,
    }),
  );
}

test('a worse term never gives a better verdict', () => {
  fc.assert(
    fc.property(anyState, anyState, fc.constantFrom(...termNames), (parts, other, name) => {
      const changed = { ...parts, [name]: other[name] };
      const [worse, better] = rank(parts[name].word) <= rank(changed[name].word) ? [parts, changed] : [changed, parts];
      assert.ok(rank(judge(worse).word) <= rank(judge(better).word));
    }),
    { numRuns: 2000 },
  );
});

test('reasons stand worst first, then in the order of the terms, and carry what they are about', () => {
  const result = verdict({
    identity: {
      state: 'drifted',
      reasons: [{ code: 'file-drifted', findings: ['f1', 'f2'] }],
      unknown: [{ code: 'file-not-hashed', detail: '/opt/huge' }],
    },
    ...notYetJudged,
    coverage: { state: 'insufficient', reasons: [{ code: 'events-lost', detail: '12 events' }] },
  });
  assert.equal(result.word, 'drifted');
  assert.deepEqual(
    result.reasons.map((reason) => [reason.term, reason.word, reason.code]),
    [
      ['identity', 'drifted', 'file-drifted'],
      ['behaviour', 'unverified', 'behaviour-not-checked'],
      ['provenance', 'unverified', 'provenance-not-checked'],
      ['exposure', 'unverified', 'advisories-not-checked'],
      ['identity', 'unknown', 'file-not-hashed'],
      ['coverage', 'unknown', 'events-lost'],
    ],
  );
  assert.deepEqual(result.reasons[0]?.findings, ['f1', 'f2']);
  assert.equal(result.reasons[5]?.detail, '12 events');
});

test('with identity good and nothing else judged yet, it is unverified with the three reasons', () => {
  const result = verdict({ identity: { state: 'good' }, ...notYetJudged, coverage: { state: 'sufficient' } });
  assert.equal(result.word, 'unverified');
  assert.deepEqual(
    new Set(result.reasons.map((reason) => reason.code)),
    new Set(['provenance-not-checked', 'behaviour-not-checked', 'advisories-not-checked']),
  );
});

test('a workload takes the word of its worst container and all reasons, each with its container', () => {
  fc.assert(
    fc.property(fc.array(anyState, { minLength: 1, maxLength: 6 }), (list) => {
      const containers = list.map((parts, at) => ({ container: `c${at}`, verdict: judge(parts) }));
      const result = workloadVerdict(containers);
      const expected = containers.map((one) => one.verdict.word).reduce(worseWord);
      assert.equal(result.word, expected);
      const count = containers.reduce((sum, one) => sum + one.verdict.reasons.length, 0);
      assert.equal(result.reasons.length, count);
      for (const reason of result.reasons) assert.match(reason.container ?? '', /^c[0-5]$/);
    }),
  );
});

test('a workload of which no container was seen is unknown', () => {
  const result = workloadVerdict([]);
  assert.equal(result.word, 'unknown');
  assert.deepEqual(
    result.reasons.map((reason) => reason.code),
    ['no-containers'],
  );
});

test('a word without reasons is verified, and only that one', () => {
  fc.assert(
    fc.property(anyState, (parts) => {
      const result = judge(parts);
      assert.equal(result.word === 'verified', result.reasons.length === 0);
      if (result.word !== 'verified') assert.ok(result.reasons.some((reason) => reason.word === result.word));
    }),
  );
});

test('every reason has a sentence and a remedy, and its word fits its term', () => {
  for (const [code, entry] of Object.entries(reasons)) {
    assert.match(code, /^[a-z]+(-[a-z]+)+$/);
    assert.match(entry.sentence, /^[A-Zc].*\.$/, code);
    assert.match(entry.remedy, /^[A-Z`].*\.$/, code);
    if (entry.term === 'coverage') assert.equal(entry.word, 'unknown', code);
  }
});
