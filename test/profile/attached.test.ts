import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, type Json, predicateTypes } from '../../src/attest/index.ts';
import { digestOf } from '../../src/oci/index.ts';
import { attachedProfiles, generalise, profileDigest, profileDocument } from '../../src/profile/index.ts';
import { ran, recording, session, subject } from './observations.ts';

const older = generalise(recording(session([ran('/a')], 'one')));
const newer = generalise(recording(session([ran('/b')], 'two', 'a', 5)));

function attached(predicate: unknown, on = subject, predicateType: string = predicateTypes.profile): Evidence {
  return {
    kind: 'attestation',
    evidence: digestOf(Buffer.from(JSON.stringify([predicate, on, predicateType]))),
    carrier: 'referrer',
    subject: on,
    statement: { type: 'https://in-toto.io/Statement/v1', subjects: [], predicateType, predicate: predicate as Json },
    signatures: [],
  };
}

test('of several profiles the last recorded stands first; other evidence is none', () => {
  const all = [
    attached(profileDocument(older)),
    attached(profileDocument(newer)),
    attached({}, subject, 'https://x/y'),
  ];
  for (const evidence of [all, all.toReversed()]) {
    const { profiles, refused } = attachedProfiles(evidence, subject);
    assert.deepEqual(
      profiles.map(({ digest }) => digest),
      [profileDigest(newer), profileDigest(older)],
    );
    assert.deepEqual(refused, []);
  }
});

test('what is foreign, malformed, too large or at odds with itself is refused with its code, and does not hide the others', () => {
  const document = profileDocument(older);
  const other = `sha256:${'b'.repeat(64)}` as typeof subject;
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);
  const cases: readonly (readonly [string, Evidence])[] = [
    ['profile-foreign', attached(document, other)],
    ['profile-foreign', attached({ ...document, subject: other })],
    ['profile-malformed', attached({ ...document, kind: 'Profile' })],
    ['profile-malformed', attached({ ...document, kind: '\ud800' })],
    ['profile-contradictory', attached({ ...document, wildcards: 7 })],
    ['profile-too-large', attached({ ...document, omitted: 'x'.repeat(2 ** 20) })],
    ['profile-too-large', attached(deep)],
  ];
  for (const [code, evidence] of cases) {
    const { profiles, refused } = attachedProfiles([evidence, attached(document)], subject);
    assert.equal(profiles.length, 1);
    assert.deepEqual(
      refused.map(({ error, evidence: which }) => [error.code, which]),
      [[code, evidence.evidence]],
    );
  }
});
