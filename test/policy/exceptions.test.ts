import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, predicateTypes } from '../../src/attest/index.ts';
import { parseValue, type VerifiedException } from '../../src/policy/index.ts';
import { checkOf, codeOf, decided, policy, type Spec } from './policies.ts';
import {
  alice,
  attestation,
  bob,
  by,
  digest,
  image,
  index,
  log,
  mallory,
  manifest,
  scan,
  signature,
} from './signed.ts';

const kinds = ['vulnerabilities', 'debugSession', 'breakGlass', 'profileAmendment', 'rollBack'];
const taking = { exceptions: { authorities: ['bob'], kinds } };
const good = signature([by(alice.party)]);
const high: Json = { id: 'CVE-2026-1', severity: [{ score: 'high' }] };

function document(scope: Json, spec: Readonly<Record<string, Json>> = {}): Json {
  return {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ImageException',
    metadata: { name: 'one' },
    spec: {
      subject: { image: 'registry.example/team/app', digest: manifest },
      scope,
      reason: 'the fix is on its way',
      issuer: 'ann@acme.example',
      notBefore: '2026-11-15T00:00:00Z',
      expires: '2026-11-25T00:00:00Z',
      ...spec,
    },
  };
}

function exception(scope: Json, spec: Readonly<Record<string, Json>> = {}, signer = bob): VerifiedException {
  const parsed = parseValue('test', document(scope, spec));
  if (parsed.kind !== 'ImageException') throw new Error('not an exception');
  return {
    evidence: digest(JSON.stringify([scope, spec])),
    document: parsed.exception,
    signatures: [by(signer.party)],
  };
}

const cve = { vulnerabilities: { ids: ['CVE-2026-1'] } };

function scanned(exceptions: readonly VerifiedException[], spec: Spec = taking, results = [high]) {
  return decided(policy({ vulnerabilities: { maximum: 'low' }, ...spec }), [good, scan([by(alice.party)], results)], {
    exceptions,
  });
}

test('a vulnerability is excepted by its id, for this image, until it expires', () => {
  const one = exception(cve);
  const decision = scanned([one]);
  assert.equal(decision.result, 'allow');
  const check = checkOf(decision, 'vulnerabilities attestation');
  assert.equal(check.code, 'excepted');
  assert.match(check.reason, /CVE-2026-1/);
  assert.deepEqual(check.exceptions, [one.evidence]);
  assert.deepEqual(
    decision.exceptions.map(({ code, name, expires }) => [code, name, expires]),
    [['applied', 'one', '2026-11-25T00:00:00Z']],
  );
});

test('an exception for one vulnerability does not let another pass', () => {
  const decision = scanned([exception(cve)], taking, [high, { id: 'CVE-2026-7', severity: [{ score: 'high' }] }]);
  assert.equal(decision.result, 'deny');
  assert.equal(decision.exceptions[0]?.code, 'unused');
});

test('why an exception is not taken', () => {
  const cases: readonly (readonly [VerifiedException, string, Spec?])[] = [
    [exception(cve, {}, mallory), 'exception-untrusted'],
    [exception(cve, {}, alice), 'exception-untrusted'],
    [exception(cve, { expires: '2026-11-20T12:00:00Z' }), 'exception-expired'],
    [exception(cve, { notBefore: '2026-11-20T12:00:01Z' }), 'exception-not-begun'],
    [exception(cve, { expires: '2027-11-20T12:00:00Z' }), 'exception-too-long'],
    [exception(cve, { expires: '2026-02-31T00:00:00Z' }), 'exception-expired'],
    [exception(cve, { subject: { image: 'registry.example/team/other', digest: manifest } }), 'exception-other-image'],
    [
      exception(cve, { subject: { image: 'registry.example/team/app', digest: digest('other') } }),
      'exception-other-image',
    ],
    [exception(cve, { subject: { image: 'registry.example/team/*', digest: manifest } }), 'exception-other-image'],
    [exception({ ...cve, breakGlass: {} }), 'exception-kind-not-allowed'],
    [exception({}), 'exception-kind-not-allowed'],
    [exception(cve), 'exception-kind-not-allowed', { exceptions: { authorities: ['bob'], kinds: ['breakGlass'] } }],
    [exception({ breakGlass: {} }), 'exception-kind-not-allowed', { exceptions: { authorities: ['bob'] } }],
    [exception(cve), 'exceptions-not-allowed', {}],
    [exception(cve), 'exception-untrusted', { exceptions: { authorities: ['alice', 'bob'], threshold: 2 } }],
  ];
  for (const [one, code, spec] of cases) {
    const decision = scanned([one], spec ?? taking);
    assert.equal(decision.exceptions[0]?.code, code);
    assert.equal(decision.result, 'deny', code);
  }
});

test('an exception by index digest holds for the platform it lists', () => {
  assert.equal(
    scanned([exception(cve, { subject: { image: 'registry.example/team/app:1.2', digest: index } })]).result,
    'allow',
  );
});

test('an exception that hangs on the image as an attestation is found; one that is malformed is shown', () => {
  const hung = attestation(predicateTypes.exception, document(cve), [by(bob.party)]);
  const evidence = [good, scan([by(alice.party)], [high]), hung];
  const taken = policy({ vulnerabilities: { maximum: 'low' }, ...taking });
  assert.equal(decided(taken, evidence).result, 'allow');
  const broken = attestation(predicateTypes.exception, document(cve, { until: 'ever' }), [by(bob.party)]);
  const decision = decided(taken, [good, scan([by(alice.party)], [high]), broken]);
  assert.equal(decision.result, 'deny');
  assert.deepEqual(
    decision.refused.map(({ evidence: of, code }) => [of, code]),
    [[broken.evidence, 'policy-malformed']],
  );
});

test('a debug session waives profile and hardening and nothing else', () => {
  const strict = policy({ profile: 'required', hardened: 'required', sbom: {}, ...taking });
  const decision = decided(strict, [good], { exceptions: [exception({ debugSession: {} })] });
  assert.deepEqual(
    ['profile', 'hardened', 'sbom', 'signature'].map((check) => codeOf(decision, check)),
    ['excepted', 'excepted', 'evidence-missing', 'evidence-trusted'],
  );
});

test('break-glass waives all checks of the policy, or those it names, and not what is wrong with the image', () => {
  const strict = policy({ sbom: {}, ...taking });
  const broken = [exception({ breakGlass: {} })];
  assert.equal(decided(strict, [], { exceptions: broken }).result, 'allow');
  const named = decided(strict, [], { exceptions: [exception({ breakGlass: { checks: ['sbom'] } })] });
  assert.deepEqual(
    ['signature', 'sbom'].map((check) => codeOf(named, check)),
    ['evidence-missing', 'excepted'],
  );
  const forged = { ...image, index: { digest: index, manifests: [] } };
  assert.equal(decided(strict, [], { exceptions: broken }, forged).result, 'deny');
  assert.equal(decided([], [], { exceptions: broken }).result, 'deny');
  // Another policy that is about the image takes no exceptions: all have to allow.
  assert.equal(decided([strict, policy({}, 'other')], [], { exceptions: broken }).result, 'deny');
});

test('going back on purpose', () => {
  const monotone = policy({ rollBack: { monotone: true, notBefore: '2026-10-01T00:00:00Z' }, ...taking });
  const seen = [{ name: image.name ?? assert.fail(), manifest: digest('newer'), released: '2026-11-18T00:00:00Z' }];
  const at = (time: string) =>
    codeOf(
      decided(monotone, [signature([by(alice.party, [log('rekor', time)])])], {
        seen,
        exceptions: [exception({ rollBack: {} })],
      }),
      'roll-back',
    );
  assert.equal(at('2026-11-01T00:00:00Z'), 'excepted');
  assert.equal(at('2026-09-01T00:00:00Z'), 'older-than-allowed');
});

test('a profile amendment changes nothing at the gate', () => {
  const decision = decided(policy({ profile: 'required', ...taking }), [good], {
    exceptions: [exception({ profileAmendment: { allow: ['exec /bin/true'] } })],
  });
  assert.equal(decision.result, 'deny');
  assert.equal(decision.exceptions[0]?.code, 'unused');
});
