import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, predicateTypes } from '../../src/attest/index.ts';
import { isAdmitted } from '../../src/policy/index.ts';
import { codeOf, decided, policy } from './policies.ts';
import {
  alice,
  attestation,
  by,
  cyclonedx,
  digest,
  image,
  index,
  mallory,
  manifest,
  provenance,
  refused,
  signature,
} from './signed.ts';

const good = signature([by(alice.party)]);

test('predicate type confusion: an SBOM attestation by the right key does not sign the image', () => {
  const sbom = attestation(predicateTypes.cyclonedx, cyclonedx, [by(alice.party)]);
  assert.equal(codeOf(decided(policy(), [sbom]), 'signature'), 'evidence-missing');
  const disguised = attestation(predicateTypes.sign, {}, [by(alice.party)]);
  assert.equal(codeOf(decided(policy(), [disguised]), 'signature'), 'evidence-missing');
});

test('predicate type confusion: an attestation of another type, or of one that begins alike, is none of the type asked for', () => {
  const asked = policy({ attestations: [{ name: 'review', predicateType: 'https://acme.example/review/v1' }] });
  for (const type of [
    'https://acme.example/review/v10',
    'https://acme.example/review',
    'https://ACME.example/review/v1',
    predicateTypes.spdx,
  ]) {
    const decision = decided(asked, [good, attestation(type, {}, [by(alice.party)])]);
    assert.equal(codeOf(decision, 'attestation review'), 'evidence-missing', type);
  }
  const right = attestation('https://acme.example/review/v1', {}, [by(alice.party)]);
  assert.equal(decided(asked, [good, right]).result, 'allow');
  const bom = policy({ sbom: {} });
  for (const type of ['https://cyclonedx.org/bomx', 'https://cyclonedx.org/bom/../sign', predicateTypes.profile]) {
    assert.equal(
      codeOf(decided(bom, [good, attestation(type, cyclonedx, [by(alice.party)])]), 'sbom'),
      'evidence-missing',
      type,
    );
  }
});

test('a policy can not ask for the image signature as an attestation, where its type would be all that is checked', () => {
  assert.throws(
    () => policy({ attestations: [{ name: 'x', predicateType: predicateTypes.sign }] }),
    (error: { code?: string; place?: string }) =>
      error.code === 'policy-malformed' && /attestations\[0\]\.predicateType/.test(error.place ?? ''),
  );
});

test('evidence of another digest: on another manifest, or with a statement about another', () => {
  const other = digest('other image');
  assert.equal(
    codeOf(decided(policy(), [signature([by(alice.party)], { subject: other })]), 'signature'),
    'evidence-missing',
  );
  const asked = policy({ sbom: {} });
  const elsewhere = attestation(predicateTypes.cyclonedx, cyclonedx, [by(alice.party)], { subject: other });
  assert.equal(codeOf(decided(asked, [good, elsewhere]), 'sbom'), 'evidence-missing');
  const moved = attestation(predicateTypes.cyclonedx, cyclonedx, [by(alice.party)], {
    subject: manifest,
    about: other,
  });
  assert.equal(codeOf(decided(asked, [good, moved]), 'sbom'), 'evidence-missing');
});

const bomOf = (version: string) =>
  attestation(
    predicateTypes.cyclonedx,
    { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { component: { name: 'app', version } } },
    [by(alice.party)],
  );

const spdx = (versionInfo: string) =>
  attestation(
    predicateTypes.spdx,
    {
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      documentDescribes: ['SPDXRef-image'],
      packages: [
        { SPDXID: 'SPDXRef-image', versionInfo },
        { SPDXID: 'SPDXRef-p', versionInfo: digest('a layer') },
      ],
    },
    [by(alice.party)],
  );

test('an SBOM of the index, or one that says itself that it is about another digest, is none of this platform', () => {
  const asked = policy({ sbom: {} });
  const onIndex = attestation(predicateTypes.cyclonedx, cyclonedx, [by(alice.party)], { subject: index });
  assert.equal(codeOf(decided(asked, [good, onIndex]), 'sbom'), 'evidence-missing');
  assert.equal(codeOf(decided(asked, [good, bomOf(digest('other'))]), 'sbom'), 'sbom-other-image');
  assert.equal(codeOf(decided(asked, [good, bomOf(manifest)]), 'sbom'), 'evidence-trusted');
  assert.equal(codeOf(decided(asked, [good, bomOf('1.2')]), 'sbom'), 'evidence-trusted');
  assert.equal(codeOf(decided(asked, [good, spdx(manifest)]), 'sbom'), 'evidence-trusted');
  assert.equal(codeOf(decided(asked, [good, spdx(digest('other'))]), 'sbom'), 'sbom-other-image');
  const empty = attestation(predicateTypes.cyclonedx, {}, [by(alice.party)]);
  assert.equal(codeOf(decided(asked, [good, empty]), 'sbom'), 'predicate-malformed');
});

test('what describes contents counts on the platform alone, also where a policy asks for it by type', () => {
  const asked = policy({ attestations: [{ name: 'bom', predicateType: 'cyclonedx', subject: 'any' }] });
  const on = (subject: typeof index) =>
    codeOf(
      decided(asked, [good, attestation(predicateTypes.cyclonedx, cyclonedx, [by(alice.party)], { subject })]),
      'attestation bom',
    );
  assert.equal(on(index), 'evidence-missing');
  assert.equal(on(manifest), 'evidence-trusted');
});

test('an attestation that may be about the index, and one that may not', () => {
  const type = 'https://acme.example/review/v1';
  const onIndex = attestation(type, {}, [by(alice.party)], { subject: index });
  const asked = (subject: string) => policy({ attestations: [{ name: 'review', predicateType: type, subject }] });
  assert.equal(codeOf(decided(asked('any'), [good, onIndex]), 'attestation review'), 'evidence-trusted');
  assert.equal(codeOf(decided(asked('platform'), [good, onIndex]), 'attestation review'), 'evidence-missing');
});

test('an index that does not list the manifest stands for nothing, and nothing waves it through', () => {
  const forged = { ...image, index: { digest: index, manifests: [digest('another platform')] } };
  const decision = decided(
    policy({ admission: { mode: 'warn' } }),
    [signature([by(alice.party)], { subject: index }), good],
    {},
    forged,
  );
  assert.equal(codeOf(decision, 'index'), 'index-unlisted');
  assert.equal(decision.result, 'deny');
  assert.equal(isAdmitted(decision), false);
  // Nor where the policy denies as well, and only warns.
  const unsigned = decided(policy({ admission: { mode: 'warn' } }), [], {}, forged);
  assert.deepEqual([unsigned.policies[0]?.result, isAdmitted(unsigned)], ['deny', false]);
  assert.equal(
    codeOf(decided(policy(), [signature([by(alice.party)], { subject: index })], {}, forged), 'signature'),
    'evidence-missing',
  );
});

test('a hardened image whose tests did not all pass on the result', () => {
  const hardened = policy({ hardened: 'required' });
  const code = (tests: Json | undefined): string => {
    const predicate = { intermediate: [], ...(tests === undefined ? {} : { tests }) };
    return codeOf(
      decided(hardened, [good, attestation(predicateTypes.hardening, predicate, [by(alice.party)])]),
      'hardened',
    );
  };
  assert.equal(code({ ran: 2, passed: 2, failed: 0 }), 'evidence-trusted');
  assert.equal(code({ ran: 2, passed: 2 }), 'evidence-trusted');
  const untested: readonly (Json | undefined)[] = [
    undefined,
    null,
    'passed',
    {},
    { ran: 2 },
    { ran: 0, passed: 0, failed: 0 },
    { ran: 2, passed: 1 },
    { ran: 2, passed: 1, failed: 1 },
    { ran: 2, passed: 2, failed: 1 },
    { ran: 2, passed: 3 },
    { ran: 2, passed: 2, failed: '0' },
    { ran: -1, passed: -1 },
    { ran: 1.5, passed: 1.5 },
    [2, 2, 0],
  ];
  for (const tests of untested) assert.equal(code(tests), 'hardening-untested', JSON.stringify(tests));
});

test('a signed intermediate digest where hardened is required', () => {
  const hardened = policy({ hardened: 'required' });
  const final = digest('the hardened manifest');
  const hardening = attestation(predicateTypes.hardening, { intermediate: [manifest] }, [by(alice.party)], {
    subject: final,
  });
  // Signed, and with the final image's attestation handed along: still not the result.
  assert.equal(codeOf(decided(hardened, [good, hardening]), 'hardened'), 'hardened-intermediate');
  assert.equal(codeOf(decided(hardened, [good]), 'hardened'), 'evidence-missing');
  const moved = { ...hardening, subject: manifest };
  assert.equal(codeOf(decided(hardened, [good, moved]), 'hardened'), 'hardened-intermediate');
  const own = attestation(predicateTypes.hardening, { intermediate: manifest }, [by(alice.party)]);
  assert.equal(codeOf(decided(hardened, [good, own]), 'hardened'), 'hardened-intermediate');
  const broken = attestation(predicateTypes.hardening, { intermediate: ['latest'] }, [by(alice.party)]);
  assert.equal(codeOf(decided(hardened, [good, broken]), 'hardened'), 'predicate-malformed');
  const tests = { ran: 3, passed: 3, failed: 0 };
  const result = attestation(predicateTypes.hardening, { intermediate: [digest('before')], tests }, [by(alice.party)]);
  assert.equal(decided(hardened, [good, result]).result, 'allow');
  assert.equal(
    codeOf(decided(hardened, [good, { ...result, signatures: [by(mallory.party)] }]), 'hardened'),
    'party-untrusted',
  );
});

const profile = (subject = manifest) => attestation(predicateTypes.profile, {}, [by(alice.party)], { subject });

test('a profile is asked of the platform manifest', () => {
  const profiled = policy({ profile: 'required' });
  assert.equal(codeOf(decided(profiled, [good, profile(index)]), 'profile'), 'evidence-missing');
  assert.equal(decided(profiled, [good, profile()]).result, 'allow');
});

test('what was refused is listed and counts for nothing', () => {
  const bad = refused();
  const decision = decided(policy(), [bad]);
  assert.equal(codeOf(decision, 'signature'), 'evidence-missing');
  assert.deepEqual(decision.refused, [{ evidence: bad.evidence, code: bad.code, message: bad.message }]);
});

test('what nobody trusted signed is not looked at: its provenance does not decide', () => {
  const built = policy({ provenance: { builders: [{ id: 'https://github.com/actions/runner' }] } });
  assert.equal(codeOf(decided(built, [good, provenance([by(mallory.party)])]), 'provenance'), 'party-untrusted');
});
