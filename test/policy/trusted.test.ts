import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, predicateTypes } from '../../src/attest/index.ts';
import type { Json } from '../../src/ledger/index.ts';
import { grantedExceptions, trustedAttestations } from '../../src/policy/index.ts';
import { policy } from './policies.ts';
import { alice, attestation, bob, by, image, index, mallory, manifest, now } from './signed.ts';

const type = predicateTypes.profile;

function trusted(policies: readonly ReturnType<typeof policy>[], evidence: readonly Evidence[]) {
  const found = trustedAttestations(policies, { image, evidence, unsigned: [] }, { now }, type);
  return { trusted: found.trusted.map((one) => one.evidence), codes: found.untrusted.map(({ code }) => code) };
}

test('a profile is used that every policy about the image trusts; nobody else’s, and none of the index', () => {
  const mine = attestation(type, { one: 1 }, [by(alice.party)]);
  const hers = attestation(type, { two: 2 }, [by(bob.party)]);
  const strange = attestation(type, { three: 3 }, [by(mallory.party)]);
  const ofIndex = attestation(type, { four: 4 }, [by(alice.party)], { subject: index });
  const all = [mine, hers, strange, ofIndex];
  assert.deepEqual(trusted([policy()], all), {
    trusted: [mine.evidence, hers.evidence].sort(),
    codes: ['party-untrusted'],
  });
  const onlyAlice = policy({ authorities: [{ name: 'alice', keys: [{ pem: alice.pem }] }] }, 'only');
  assert.deepEqual(trusted([policy(), onlyAlice], all).trusted, [mine.evidence]);
  assert.deepEqual(trusted([], all).trusted, []);
  const elsewhere = policy({ images: ['other.example/**'] });
  assert.deepEqual(trusted([elsewhere], all), { trusted: [], codes: ['no-policy', 'no-policy', 'no-policy'] });
});

const document = (scope: Record<string, Json>, more: Record<string, string> = {}) => {
  const exception = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ImageException',
    metadata: { name: 'one' },
    spec: {
      subject: { image: 'registry.example/team/app', digest: manifest },
      scope,
      reason: 'it compiles',
      issuer: 'ann@acme.example',
      notBefore: '2026-11-15T00:00:00Z',
      expires: '2026-11-25T00:00:00Z',
      ...more,
    },
  };
  return [attestation(predicateTypes.exception, exception, [by(bob.party)])];
};

test('exceptions are used that every policy takes at this time', () => {
  const evidence = document({ profileAmendment: { allow: ['memory'] } });
  const taking = policy({ exceptions: { authorities: ['bob'] } });
  const names = (policies: readonly ReturnType<typeof policy>[], at = now): readonly string[] =>
    grantedExceptions(policies, { image, evidence, unsigned: [] }, { now: at }).map(
      (one) => one.document.metadata.name,
    );
  assert.deepEqual(names([taking]), ['one']);
  assert.deepEqual(names([taking, policy({}, 'strict')]), []);
  assert.deepEqual(names([]), []);
  assert.deepEqual(names([policy({ exceptions: { authorities: ['alice'] } })]), []);
  assert.deepEqual(names([taking], '2026-11-25T00:00:00Z'), []);
});

test('a debug session that is over excuses what was done in it, as long as its signer is believed; none that was too long does', () => {
  const later = '2026-12-25T00:00:00Z';
  const session: Record<string, Json> = { debugSession: { workloads: [] } };
  const names = (rule: object, evidence = document(session), at = later): readonly string[] =>
    grantedExceptions(
      [policy({ exceptions: { authorities: ['bob'], ...rule } })],
      { image, evidence, unsigned: [] },
      { now: at },
    ).map((one) => one.document.metadata.name);
  assert.deepEqual(names({}), ['one']);
  assert.deepEqual(names({}, document(session), '2026-11-14T00:00:00Z'), [], 'it has not begun');
  assert.deepEqual(names({ authorities: ['alice'] }), []);
  assert.deepEqual(names({ maxDuration: '24h' }), []);
  assert.deepEqual(names({}, document(session, { expires: 'never' })), []);
  assert.deepEqual(names({}, document(session, { expires: '2026-11-01T00:00:00Z' })), [], 'it ends before it begins');
  assert.deepEqual(names({}, document({ profileAmendment: { allow: ['memory'] } })), [], 'an amendment is over');
});
