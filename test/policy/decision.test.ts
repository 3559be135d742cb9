import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkCodes,
  denialSentence,
  exceptionCodes,
  explainDecision,
  imageName,
  isAdmitted,
} from '../../src/policy/index.ts';
import { files, textOf } from '../house/tree.ts';
import { checkOf, codeOf, decided, policy } from './policies.ts';
import { alice, by, image, manifest, newKey, refused, signature } from './signed.ts';

const good = signature([by(alice.party)]);

test('no policy is about the image: denied', () => {
  const decision = decided(policy({ images: ['registry.example/other/**'] }), [good]);
  assert.equal(decision.result, 'deny');
  assert.equal(codeOf(decision, 'policy'), 'no-policy');
  assert.equal(decided([], [good]).result, 'deny');
  assert.equal(decided(policy({ images: ['**'], allowUnsigned: true }), []).result, 'allow');
});

test('several policies are about an image: all have to allow', () => {
  const lax = policy({ allowUnsigned: true }, 'lax');
  const strict = policy({ sbom: {} }, 'strict');
  assert.equal(decided([lax], [good]).result, 'allow');
  const both = decided([strict, lax], [good]);
  assert.equal(both.result, 'deny');
  assert.deepEqual(
    both.policies.map(({ name, result }) => [name, result]),
    [
      ['lax', 'allow'],
      ['strict', 'deny'],
    ],
  );
  const other = policy({ images: ['registry.example/other/**'], sbom: {} }, 'other');
  assert.equal(decided([lax, other], [good]).result, 'allow');
});

test('warn lets pass only where every policy that denies warns', () => {
  const warning = policy({ sbom: {}, admission: { mode: 'warn' } }, 'warning');
  const enforcing = policy({ profile: 'required' }, 'enforcing');
  const warned = decided([warning], [good]);
  assert.deepEqual([warned.result, warned.mode, isAdmitted(warned)], ['deny', 'warn', true]);
  const both = decided([warning, enforcing], [good]);
  assert.deepEqual([both.result, both.mode, isAdmitted(both)], ['deny', 'enforce', false]);
  const one = decided([warning, policy({}, 'enforcing')], [good]);
  assert.deepEqual([one.result, one.mode, isAdmitted(one)], ['deny', 'warn', true]);
});

test('unknown is not a yes: the policy denies', () => {
  const live = policy({ vulnerabilities: { sources: ['live'] }, admission: { mode: 'warn' } });
  const decision = decided(live, [good]);
  assert.equal(checkOf(decision, 'vulnerabilities live').status, 'unknown');
  assert.deepEqual([decision.result, decision.policies[0]?.result, decision.mode], ['deny', 'deny', 'warn']);
});

test('of two reasons that are as good, the same is given in whatever order they are found', () => {
  const strangers = [newKey(), newKey(), newKey(), newKey()].map(({ party }) => signature([by(party)]));
  const first = decided(policy(), strangers);
  assert.equal(codeOf(first, 'signature'), 'party-untrusted');
  assert.deepEqual(decided(policy(), strangers.toReversed()), first);
  assert.deepEqual(decided(policy(), [...strangers.slice(2), ...strangers.slice(0, 2)]), first);
});

test('a time that is none is the caller’s fault and no decision', () => {
  assert.throws(() => decided(policy(), [good], { now: 'now' }), { code: 'policy-malformed' });
});

test('what a decision holds', () => {
  const bad = refused();
  const decision = decided(policy({ sbom: {} }), [good, bad]);
  assert.match(decision.id, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(decision.image, { name: image.name, manifest, index: image.index?.digest });
  assert.equal(decision.at, '2026-11-20T12:00:00.000Z');
  assert.deepEqual(
    decision.checks.map(({ check, status }) => [check, status]),
    [
      ['signature', 'pass'],
      ['provenance', 'not-required'],
      ['sbom', 'fail'],
      ['vulnerabilities', 'not-required'],
      ['profile', 'not-required'],
      ['hardened', 'not-required'],
      ['base-images', 'not-required'],
      ['roll-back', 'not-required'],
    ],
  );
  assert.deepEqual(decision.checks[0]?.evidence, [good.evidence]);
});

test('a decision explained: the answer, each check, what to do, what did not count', () => {
  const bad = refused();
  const decision = decided(policy({ sbom: {} }), [good, bad]);
  const text = explainDecision(decision).join('\n');
  assert.match(text, /^denied: registry\.example\/team\/app@sha256:/);
  assert.match(text, /\n {2}ok {3}signature: evidence-trusted: 1 of 1 parties\n/);
  assert.match(text, /\n {2}FAIL sbom: evidence-missing: there is no SBOM about this image\n/);
  assert.match(text, new RegExp(`\n {2}${bad.evidence} signature-invalid: `));
  assert.match(text, /\nwhat to do:\n {2}evidence-missing: /);
  assert.match(text, new RegExp(`\ndecision ${decision.id} at 2026`));
  assert.doesNotMatch(text, /not-required/);
  assert.match(explainDecision(decision, { all: true }).join('\n'), /provenance: not-required/);
  assert.match(
    denialSentence(decision),
    /^registry\.example\/team\/app@sha256:\S+: test\/sbom: evidence-missing \(.*\)\. Make and attach it/,
  );
});

test('reasons stay short and are text whatever a signer’s name holds', () => {
  const party = {
    kind: 'certificate',
    issuer: 'i',
    identity: `\ud800${'x'.repeat(10_000)}`,
    identityType: 'other',
    claims: {},
  } as const;
  const decision = decided(policy(), [signature([by(party)])]);
  for (const { reason } of decision.checks) {
    assert.ok(reason.length <= 500 && reason.isWellFormed());
  }
});

test('every code of a check is used, and means something', () => {
  const source = files('src/policy/**/*.ts')
    .filter((path) => !path.endsWith('/checks.ts'))
    .map(textOf)
    .join('\n');
  for (const [code, { meaning, remedy }] of Object.entries({ ...checkCodes, ...exceptionCodes })) {
    assert.ok(source.includes(`'${code}'`), code);
    assert.match(`${meaning}|${remedy}`, /^[A-Z`].*\.\|[A-Z`].*\.$/, code);
  }
});

test('names of images are read as Docker reads them', () => {
  assert.equal(imageName('nginx'), 'docker.io/library/nginx');
  assert.equal(imageName(`registry.example/a/b:1@${manifest}`), 'registry.example/a/b');
  for (const wrong of ['oci:dir', '', 'a b', 'UPPER/case'])
    assert.throws(() => imageName(wrong), { code: 'source-malformed' });
});
