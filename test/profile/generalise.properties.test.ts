import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withAmendment } from '../../src/profile/amendment/amend.ts';
import { sortedRules } from '../../src/profile/generalise/rules.ts';
import {
  compileProfile,
  formatAmendment,
  generalise,
  judgeObservation,
  mergeRecordings,
  parseAmendment,
  type Recording,
  readProfile,
  ruleNames,
  writeProfile,
} from '../../src/profile/index.ts';
import { observation, recording, sessions } from './observations.ts';

const links = new Map([
  ['/bin', 'usr/bin'],
  ['/var/run', '/run'],
  ['/lib', 'usr/lib'],
]);

const text = (one: Recording): string => Buffer.from(writeProfile(generalise(one, { links }))).toString();

test('what the properties below are tried with makes every rule work', () => {
  const tried = fc.sample(sessions, { numRuns: 400, seed: 5 });
  const used = new Set(tried.flatMap((all) => generalise(recording(...all), { links }).rules));
  assert.deepEqual(sortedRules(used), ruleNames);
});

test('all that was seen is allowed, but for what is listed as omitted', () => {
  fc.assert(
    fc.property(sessions, (all) => {
      const profile = generalise(recording(...all), { links });
      const compiled = compileProfile(profile);
      const omitted = new Set(profile.omitted.map(({ what }) => what));
      for (const { seen } of all)
        for (const { observation: one } of seen.values()) {
          const judged = judgeObservation(compiled, one);
          if (judged === 'allowed') continue;
          const what = 'path' in judged.observation ? judged.observation.path : '';
          assert.ok(omitted.has(`${one.kind} ${what}`), `${judged.code}: ${judged.why}`);
          // Only code whose bytes are not known can be left out.
          assert.ok('sha256' in one && one.sha256 === undefined && !one.ofImage);
        }
    }),
    { numRuns: 300 },
  );
});

test('the same recording gives the same profile, in whatever order and grouping it was made, and however often', () => {
  fc.assert(
    fc.property(sessions, fc.nat(), (all, turn) => {
      const whole = text(recording(...all));
      const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
      assert.equal(text(recording(...turned)), whole);
      const parts = all.map((one) => recording(one));
      const left = parts.reduce(mergeRecordings);
      const right = parts.reduceRight((sum, one) => mergeRecordings(one, sum));
      assert.equal(text(left), whole);
      assert.equal(text(right), whole);
      assert.equal(text(mergeRecordings(left, right)), whole);
    }),
    { numRuns: 150 },
  );
});

test('what is written is read again as the same, and agrees with itself', () => {
  fc.assert(
    fc.property(sessions, (all) => {
      const bytes = writeProfile(generalise(recording(...all), { links }));
      assert.deepEqual(writeProfile(readProfile(bytes, 'written')), bytes);
    }),
    { numRuns: 200 },
  );
});

test('no pattern ever lets bytes run that are neither the image’s nor named; no program’s path is a pattern', () => {
  fc.assert(
    fc.property(sessions, observation, (all, other) => {
      const compiled = compileProfile(generalise(recording(...all), { links }));
      if (!('sha256' in other) || (other.kind === 'file' && other.access !== 'execute')) return;
      const dropped = { ...other, ofImage: false, sha256: 'f'.repeat(64) };
      assert.notEqual(judgeObservation(compiled, dropped), 'allowed');
    }),
    { numRuns: 300 },
  );
});

test('the amendment of a drift allows just it, and is read again from its line', () => {
  fc.assert(
    fc.property(sessions, fc.array(observation, { minLength: 1, maxLength: 20 }), (all, others) => {
      const profile = generalise(recording(...all), { links });
      for (const other of others) {
        const drift = judgeObservation(compileProfile(profile), other);
        if (drift === 'allowed') continue;
        if (drift.amendment === undefined) {
          assert.ok(!('sha256' in other && other.ofImage));
          continue;
        }
        const amendment = parseAmendment(formatAmendment(drift.amendment));
        assert.deepEqual(amendment, drift.amendment);
        assert.equal(judgeObservation(compileProfile(withAmendment(profile, amendment)), other), 'allowed');
      }
    }),
    { numRuns: 200 },
  );
});
