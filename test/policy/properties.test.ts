import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Evidence, type Json, type Party, predicateTypes } from '../../src/attest/index.ts';
import { canonicalJson } from '../../src/ledger/index.ts';
import { digestOf } from '../../src/oci/index.ts';
import { type CompiledPolicy, type Decision, type DecisionContext, decide } from '../../src/policy/index.ts';
import { policy, type Spec } from './policies.ts';
import {
  alice,
  attestation,
  bob,
  by,
  cyclonedx,
  digest,
  image,
  index,
  keyless,
  log,
  mallory,
  manifest,
  now,
  provenance,
  refused,
  scan,
  signature,
  stamp,
} from './signed.ts';

/** Few values each, so that what is drawn meets what is asked for often enough to be allowed. */
const party: fc.Arbitrary<Party> = fc.constantFrom(alice.party, alice.party, bob.party, mallory.party, keyless());
const time = fc.constantFrom('2026-11-01T00:00:00Z', '2026-11-19T00:00:00Z', '2027-01-01T00:00:00Z');
const witnessed = fc.record({
  party,
  logs: fc.array(
    fc.tuple(fc.constantFrom('a', 'b'), time).map(([name, at]) => log(name, at)),
    { maxLength: 2 },
  ),
  timestamps: fc.array(
    fc.tuple(fc.constantFrom('t', 'u'), time).map(([name, at]) => stamp(name, at)),
    { maxLength: 2 },
  ),
});
const signatures = fc
  .array(witnessed, { maxLength: 2 })
  .map((all) => all.map((one) => by(one.party, one.logs, one.timestamps)));
const subject = fc.constantFrom(manifest, manifest, manifest, index, digest('elsewhere'));

const predicates: readonly (readonly [string, Json])[] = [
  [predicateTypes.cyclonedx, cyclonedx],
  [
    predicateTypes.cyclonedx,
    { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { component: { version: digest('x') } } },
  ],
  [predicateTypes.profile, {}],
  [predicateTypes.hardening, { intermediate: [digest('before')], tests: { ran: 1, passed: 1, failed: 0 } }],
  [predicateTypes.hardening, { intermediate: [manifest] }],
  ['https://a.example/review', { ok: true }],
  ['https://a.example/review', { ok: false }],
  ['https://a.example/review', null],
];

const exceptionDocument = (scope: Json): Json => ({
  apiVersion: 'holdfast.dev/v1alpha1',
  kind: 'ImageException',
  metadata: { name: 'x' },
  spec: {
    subject: { image: 'registry.example/team/app', digest: manifest },
    scope,
    reason: 'r',
    issuer: 'i',
    notBefore: '2026-11-15T00:00:00Z',
    expires: '2026-11-25T00:00:00Z',
  },
});

const piece: fc.Arbitrary<Evidence> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(signatures, subject).map(([all, on]) => signature(all, { subject: on })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...predicates), signatures, subject)
      .map(([[type, predicate], all, on]) => attestation(type, predicate, all, { subject: on })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(signatures, fc.constantFrom('pkg:docker/debian', 'pkg:docker/alpine'), time)
      .map(([all, base, finishedOn]) => provenance(all, { base, finishedOn })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(signatures, fc.constantFrom<readonly Json[]>([], [{ id: 'CVE-1', severity: [{ score: 'high' }] }]), time)
      .map(([all, found, at]) => scan(all, found, at)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom<Json>({ vulnerabilities: { ids: ['CVE-1'] } }, { breakGlass: {} }, { debugSession: {} }),
        signatures,
      )
      .map(([scope, all]) => attestation(predicateTypes.exception, exceptionDocument(scope), all)),
  },
  { weight: 1, arbitrary: subject.map(refused) },
);
const evidence = fc.array(piece, { maxLength: 12 });

/** Parts of a policy, each of which can be left out. */
const rules: readonly Spec[] = [
  { sbom: {} },
  { profile: 'required' },
  { hardened: 'required' },
  { provenance: { sources: [{ uri: 'https://github.com/acme/app' }], maxAge: '30d' } },
  { vulnerabilities: { maximum: 'medium' } },
  { baseImages: { images: ['debian'] } },
  { rollBack: { monotone: true } },
  {
    attestations: [
      { name: 'review', predicateType: 'https://a.example/review', conditions: [{ cel: 'predicate.ok' }] },
    ],
  },
  { exceptions: { authorities: ['alice', 'bob'], kinds: ['vulnerabilities', 'breakGlass', 'debugSession'] } },
  { allowUnsigned: true, signature: undefined },
  { admission: { mode: 'warn' } },
];
const spec = fc.subarray([...rules], { maxLength: 4 }).map((chosen): Spec => Object.assign({}, ...chosen) as Spec);
const policies = fc
  .array(spec, { minLength: 1, maxLength: 2 })
  .map((specs) => specs.map((one, at) => policy(one, `p${at}`)));

const seen = [{ name: image.name ?? assert.fail(), manifest: digest('newer'), released: '2026-11-10T00:00:00Z' }];
const context: DecisionContext = { now, seen };

function of(all: readonly CompiledPolicy[], found: readonly Evidence[]): Decision {
  return decide(all, image, found, context);
}

const outcome = ({ result, mode, checks, exceptions }: Decision): unknown => ({ result, mode, checks, exceptions });

/** A run is of no use if hardly anything is ever allowed. */
let allowed = 0;

test('removing evidence never turns deny to allow', () => {
  fc.assert(
    fc.property(policies, evidence, fc.infiniteStream(fc.boolean()), (all, found, keep) => {
      const whole = of(all, found);
      if (whole.result === 'allow') allowed += 1;
      const fewer = found.filter(() => keep.next().value === true);
      if (whole.result === 'deny') assert.equal(of(all, fewer).result, 'deny');
      for (const check of of(all, fewer).checks) {
        if (check.status !== 'pass') continue;
        const before = whole.checks.find((one) => one.check === check.check && one.policy === check.policy);
        assert.equal(before?.status, 'pass', check.check);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(allowed > 50, `${allowed} of 1000 were allowed`);
});

test('adding refused evidence changes nothing', () => {
  fc.assert(
    fc.property(
      policies,
      evidence,
      fc.array(subject.map(refused), { minLength: 1, maxLength: 3 }),
      (all, found, more) => {
        const decision = of(all, [...found, ...more]);
        assert.deepEqual(outcome(decision), outcome(of(all, found)));
        for (const one of more) assert.ok(decision.refused.some((listed) => listed.evidence === one.evidence));
      },
    ),
  );
});

test('the order of evidence and of policies does not matter: the same bytes, the same id', () => {
  fc.assert(
    fc.property(
      policies,
      evidence.chain((found) => fc.tuple(fc.constant(found), fc.shuffledSubarray(found, { minLength: found.length }))),
      (all, [found, shuffled]) => {
        assert.deepEqual(of(all.toReversed(), shuffled), of(all, found));
        assert.deepEqual(of(all, [...found, ...found]), of(all, found), 'evidence found twice is one');
      },
    ),
  );
});

test('a higher threshold never turns deny to allow', () => {
  fc.assert(
    fc.property(evidence, fc.integer({ min: 1, max: 3 }), (found, threshold) => {
      const at = (number: number) => of([policy({ signature: { threshold: number } })], found).result;
      if (at(threshold) === 'deny') assert.equal(at(threshold + 1), 'deny');
    }),
  );
});

test('another policy never turns deny to allow', () => {
  fc.assert(
    fc.property(policies, spec, evidence, (all, more, found) => {
      if (of(all, found).result === 'deny') assert.equal(of([...all, policy(more, 'more')], found).result, 'deny');
    }),
  );
});

test('the id is the digest of the canonical JSON of the rest', () => {
  fc.assert(
    fc.property(policies, evidence, (all, found) => {
      const { id, ...rest } = of(all, found);
      assert.equal(id, digestOf(Buffer.from(canonicalJson(rest, { depth: 16, bytes: 1 << 20 }))));
    }),
    { numRuns: 50 },
  );
});
