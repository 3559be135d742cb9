import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import {
  generalise,
  mergeRecordings,
  Recorder,
  readRecording,
  recordingOf,
  writeProfile,
  writeRecording,
} from '../../src/profile/index.ts';
import { ran, recording, session, sessions, subject, used } from './observations.ts';

test('a recording is written and read again as the same', () => {
  fc.assert(
    fc.property(sessions, (all) => {
      const whole = recording(...all);
      const bytes = writeRecording(whole);
      const again = readRecording(bytes, 'recording');
      assert.deepEqual(writeRecording(again), bytes);
      assert.deepEqual(writeProfile(generalise(again)), writeProfile(generalise(whole)));
      assert.deepEqual(writeRecording(mergeRecordings(again, whole)), bytes);
    }),
    { numRuns: 100 },
  );
});

test('what was seen again is counted, and what is lost is said', () => {
  const recorder = new Recorder({ run: 'one', replica: 'a', from: '2026-11-24T10:00:00Z' });
  recorder.add(ran('/a'));
  recorder.add(ran('/a'), 4);
  recorder.gap({ cause: 'ring', count: 2 });
  recorder.gap({ cause: 'ring', count: null });
  const taken = recorder.session('2026-11-24T10:01:00Z', ['b', 'a', 'b']);
  recorder.add(used('/later'));
  assert.deepEqual(
    [...taken.seen.values()].map(({ count }) => count),
    [5],
  );
  assert.deepEqual(taken.gaps, [{ cause: 'ring', count: null }]);
  assert.deepEqual(taken.notShown, ['a', 'b']);
  const { recorded, processes } = generalise(recordingOf(subject, [taken]));
  assert.deepEqual(recorded.gaps, [{ cause: 'ring', count: null }]);
  assert.equal(processes[0]?.arguments[0]?.count, 5);
});

test('an earlier and a later state of one session are the later one', () => {
  const early = session([used('/x')], 'one');
  const late = { ...session([used('/x'), used('/x'), used('/y')], 'one'), to: '2026-11-24T10:30:00Z' };
  const merged = mergeRecordings(recording(early), recording(late));
  assert.deepEqual(writeRecording(merged), writeRecording(recording(late)));
  assert.deepEqual(writeRecording(mergeRecordings(recording(late), recording(early))), writeRecording(recording(late)));
});

test('recordings of two images are not merged; more runs than a profile can number are refused', () => {
  const other = recordingOf(`sha256:${'b'.repeat(64)}` as typeof subject, []);
  assert.throws(() => mergeRecordings(recording(), other), { code: 'profile-foreign' });
  const many = Array.from({ length: 33 }, (_, at) => session([used('/x')], `run-${at}`));
  assert.throws(() => generalise(recording(...many)), { code: 'profile-too-large' });
});

test('any change of a recording is read, or refused with a code', () => {
  const bytes = Buffer.from(writeRecording(recording(session([ran('/a'), used('/b')], 'one'))));
  const flipped = fc
    .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(flipped, fc.uint8Array({ maxLength: 50 })), (input) => {
      try {
        readRecording(input, 'fuzz');
      } catch (error) {
        const codes = ['profile-malformed', 'digest-malformed'];
        assert.ok(error instanceof HoldfastError && codes.includes(error.code), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
