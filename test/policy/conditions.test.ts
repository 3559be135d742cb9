import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/attest/index.ts';
import { checkOf, codeOf, decided, policy } from './policies.ts';
import { alice, attestation, by, manifest, signature } from './signed.ts';

const type = 'https://acme.example/review/v1';
const good = signature([by(alice.party)]);

function conditioned(cel: string, message?: string) {
  return policy({
    attestations: [
      { name: 'review', predicateType: type, conditions: [{ cel, ...(message === undefined ? {} : { message }) }] },
    ],
  });
}

function code(cel: string, predicate: Json): string {
  return codeOf(
    decided(conditioned(cel), [good, attestation(type, predicate, [by(alice.party)])]),
    'attestation review',
  );
}

test('conditions on predicate, statement and image', () => {
  const predicate = {
    score: 9,
    approvers: [{ name: 'ann' }, { name: 'bo' }],
    nested: { ok: true },
    when: '2026-01-01T00:00:00Z',
  };
  const yes = [
    'predicate.score == 9',
    'predicate.score >= 8.5 && predicate.score < 10',
    'predicate.nested.ok',
    'size(predicate.approvers) == 2',
    "predicate.approvers.exists(a, a.name == 'ann')",
    "predicate.approvers.map(a, a.name) == ['ann', 'bo']",
    "predicate.approvers.filter(a, a.name.startsWith('b')).size() == 1",
    "'score' in predicate",
    '!has(predicate.missing) || predicate.missing',
    "timestamp(predicate.when) < timestamp('2026-02-01T00:00:00Z')",
    `statement.predicateType == '${type}'`,
    `statement.subject[0].digest.sha256 == '${manifest.slice(7)}'`,
    "image.name == 'registry.example/team/app' && image.manifest == image.subject",
    "predicate.when.matches('^2026-')",
  ];
  for (const cel of yes) assert.equal(code(cel, predicate), 'evidence-trusted', cel);
});

test('false is no, and so is what can not be evaluated', () => {
  assert.equal(code('predicate.score > 9', { score: 9 }), 'condition-false');
  const unevaluable = [
    'predicate.missing == 1',
    'predicate.score',
    'predicate.score.x',
    "predicate.score + 'a' == 'b'",
    '1 / 0 == 1',
    "predicate.score.matches('(')",
    "'a'.matches('(')",
    'predicate.toString',
    'predicate.constructor.name',
    'predicate.__proto__',
  ];
  for (const cel of unevaluable) assert.equal(code(cel, { score: 9 }), 'condition-unevaluable', cel);
});

test('the message of a condition is what people read', () => {
  const decision = decided(conditioned('predicate.ok', 'the review has to be ok'), [
    good,
    attestation(type, { ok: false }, [by(alice.party)]),
  ]);
  assert.equal(checkOf(decision, 'attestation review').reason, 'the review has to be ok');
});

test('a bad expression is an error when the policy is loaded', () => {
  const bad = [
    'predicate.',
    'predicat.score == 1',
    'nosuch(predicate)',
    'predicate.all(x, y)',
    '1 +',
    "'a",
    'a'.repeat(5000),
    '('.repeat(300) + '1' + ')'.repeat(300),
    '!'.repeat(400) + 'true',
    '@read(predicate)',
    'google.protobuf.Value{}',
    'x.y.z',
  ];
  for (const cel of bad)
    assert.throws(
      () => conditioned(cel),
      { code: cel.length > 4096 ? 'policy-malformed' : 'policy-expression' },
      cel.slice(0, 60),
    );
  const nested = 'predicate.all(a, predicate.all(b, predicate.all(c, predicate.all(d, true))))';
  assert.throws(() => conditioned(nested), { code: 'policy-expression' });
  const wide = Array.from({ length: 400 }, () => 'true').join('&&');
  assert.throws(() => conditioned(wide), { code: 'policy-expression' });
});

test('CEL bombs end in a no, by counting and not by the clock', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => index);
  const text = 'a'.repeat(1_000_000);
  const bombs: readonly (readonly [string, Json])[] = [
    ['predicate.l.all(a, predicate.l.all(b, predicate.l.all(c, a + b + c >= 0.0)))', { l: many }],
    ['!predicate.l.exists(a, predicate.l.exists(b, a + b < 0.0))', { l: many }],
    ['predicate.l.map(a, a).size() == 20000', { l: many }],
    ['predicate.l.map(a, [a]).map(a, a + a).map(a, a + a).size() == 0', { l: many }],
    ['predicate.l.all(a, predicate.l == predicate.l)', { l: many }],
    ['predicate.l.all(a, a in predicate.l)', { l: many }],
    ["predicate.l.all(a, !predicate.t.contains('b'))", { l: many, t: text }],
    ["predicate.l.all(a, !predicate.t.matches('(a*)*b'))", { l: many, t: text }],
    [`[predicate.t]${'.map(a, a + a)'.repeat(40)}.size() == 1`, { t: 'a' }],
    // Errors are swallowed by `||`; the meter is not.
    ['true || predicate.l.all(a, predicate.l == predicate.l)', { l: many }],
    ['predicate.l.all(a, predicate.l == predicate.l) || true', { l: many }],
  ];
  for (const [cel, predicate] of bombs) {
    const first = code(cel, predicate);
    if (cel.startsWith('true ||')) assert.equal(first, 'evidence-trusted', cel);
    else assert.equal(first, 'condition-unevaluable', cel);
    assert.equal(code(cel, predicate), first);
  }
});

test('what an honest SBOM of ten thousand components asks for is within the bound', () => {
  const components = Array.from({ length: 10_000 }, (_, index) => ({
    name: `package-${index}`,
    version: '1.2.3',
    licenses: [{ id: 'MIT' }],
  }));
  assert.equal(
    code("predicate.components.all(c, c.licenses.all(l, l.id in ['MIT', 'Apache-2.0']))", { components }),
    'evidence-trusted',
  );
  assert.equal(
    code("!predicate.components.exists(c, c.name == 'log4j' && c.version.startsWith('1.'))", { components }),
    'evidence-trusted',
  );
});
