import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  holdfastPredicateType,
  newStatement,
  parseStatement,
  predicateTypeOf,
  predicateTypes,
  refuseOtherSubject,
  type Statement,
  statementBytes,
  subjectFor,
} from '../../src/attest/index.ts';

const sha256 = 'a'.repeat(64);
const v1 = 'https://in-toto.io/Statement/v1';

function parse(value: unknown): Statement {
  return parseStatement(Buffer.from(JSON.stringify(value)), 'test');
}

const good = { _type: v1, subject: [{ digest: { sha256 } }], predicateType: 'https://example.com/p', predicate: {} };

test('statements of version 1 and 0.1 are read, with what they name', () => {
  assert.deepEqual(parse(good), {
    type: v1,
    subjects: [{ digest: { sha256 } }],
    predicateType: 'https://example.com/p',
    predicate: {},
  });
  const old = parse({
    ...good,
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: 'app', digest: { sha256 } }],
  });
  assert.deepEqual([old.type, old.subjects[0]?.name], ['https://in-toto.io/Statement/v0.1', 'app']);
  const annotated = parse({ ...good, subject: [{ digest: { sha256 }, annotations: { a: 'b' }, uri: 'x', extra: 1 }] });
  assert.deepEqual(annotated.subjects[0]?.annotations, { a: 'b' });
  assert.equal(parse({ ...good, predicate: undefined }).predicate, null);
});

test('a statement of no or another type, about nothing, or with digests that are none is refused', () => {
  const bad: readonly unknown[] = [
    { ...good, _type: undefined },
    { ...good, _type: 'https://in-toto.io/Statement/v2' },
    { ...good, _type: `${v1}/` },
    { ...good, subject: [] },
    { ...good, subject: undefined },
    { ...good, subject: {} },
    { ...good, subject: [null] },
    { ...good, subject: [{}] },
    { ...good, subject: [{ digest: {} }] },
    { ...good, subject: [{ digest: { sha256: 'A'.repeat(64) } }] },
    { ...good, subject: [{ digest: { sha256: 'a'.repeat(63) } }] },
    { ...good, subject: [{ digest: { sha256: 7 } }] },
    { ...good, subject: Array.from({ length: 5000 }, () => ({ digest: { sha256 } })) },
    { ...good, predicateType: '' },
    { ...good, predicateType: 7 },
    [],
    null,
  ];
  for (const value of bad) {
    assert.throws(() => parse(value), { code: 'statement-malformed' }, JSON.stringify(value)?.slice(0, 100));
  }
});

test('a subject agrees in every digest that is known of the artifact, or is another', () => {
  const artifact = { sha256, sha512: 'b'.repeat(128) };
  const about = (digest: Record<string, string>): Statement => parse({ ...good, subject: [{ digest }] });
  assert.ok(subjectFor(about({ sha256 }), artifact));
  assert.ok(subjectFor(about({ sha512: 'b'.repeat(128) }), artifact));
  assert.ok(subjectFor(about({ sha256, gitCommit: 'c' }), artifact));
  assert.equal(subjectFor(about({ sha256, sha512: 'c'.repeat(128) }), artifact), undefined);
  assert.equal(subjectFor(about({ gitCommit: sha256 }), artifact), undefined);
  assert.throws(() => refuseOtherSubject(about({ sha256: 'c'.repeat(64) }), artifact, 'test'), {
    code: 'subject-mismatch',
  });
  const second = parse({
    ...good,
    subject: [{ digest: { sha256: 'c'.repeat(64) } }, { name: 'me', digest: { sha256 } }],
  });
  assert.equal(refuseOtherSubject(second, artifact, 'test').name, 'me');
});

test('what is built is read back, and the same statement is the same bytes whatever its key order', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (predicate) => {
      const json = JSON.parse(JSON.stringify(predicate)) as Statement['predicate'];
      const statement = newStatement({
        subjects: [{ name: 'app', digest: { sha256 } }],
        predicateType: predicateTypes.slsaprovenance1,
        predicate: json,
      });
      const bytes = statementBytes(statement);
      const again = parseStatement(bytes, 'test');
      assert.deepEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(statement)));
      assert.deepEqual(statementBytes(again), bytes);
    }),
  );
  const one = newStatement({
    subjects: [{ digest: { sha256 } }],
    predicateType: 'x://y',
    predicate: { a: 1, b: [{ c: 1, d: 2 }] },
  });
  const two = newStatement({
    subjects: [{ digest: { sha256 } }],
    predicateType: 'x://y',
    predicate: { b: [{ d: 2, c: 1 }], a: 1 },
  });
  assert.deepEqual(statementBytes(one), statementBytes(two));
});

test('predicate types by their short names, or as URIs', () => {
  assert.equal(predicateTypeOf('cyclonedx'), 'https://cyclonedx.org/bom');
  assert.equal(predicateTypeOf('https://example.com/x'), 'https://example.com/x');
  for (const name of ['', 'constructor', 'toString', 'no such', 'https://'])
    assert.equal(predicateTypeOf(name), undefined);
  assert.equal(holdfastPredicateType('file-manifest'), predicateTypes['file-manifest']);
});
