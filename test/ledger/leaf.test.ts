import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalEntry, canonicalJson, evidenceKinds, leafOf } from '../../src/ledger/index.ts';
import { digest } from './scratch.ts';

test('the leaf of nothing is SHA-256 of one zero byte, as every RFC 6962 log has it', () => {
  assert.equal(
    Buffer.from(leafOf('')).toString('hex'),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
});

test('the bytes under a leaf never change: this one is fixed for good', () => {
  const bytes = canonicalEntry(
    {
      kind: 'finding',
      time: '2026-11-24T09:30:00.123456Z',
      subjects: [digest('b'), digest('a')],
      workload: 'host/k8s.io/é',
      body: '{"a":[0,1.5],"b":null}',
    },
    { producer: 'm:b/watch/none', sequence: 7 },
  );
  assert.equal(
    bytes,
    `{"body":{"a":[0,1.5],"b":null},"kind":"finding","producer":"m:b/watch/none","sequence":7,"subjects":["sha256:${'b'.repeat(64)}","sha256:${'a'.repeat(64)}"],"time":"2026-11-24T09:30:00.123456Z","workload":"host/k8s.io/é"}`,
  );
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.of(0), Buffer.from(bytes, 'utf8')]))
    .digest('hex');
  assert.equal(Buffer.from(leafOf(bytes)).toString('hex'), expected);
});

test('the bytes put together by hand are the canonical JSON of the whole', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(...evidenceKinds),
      fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '0'), { maxLength: 4 }),
      fc.nat(),
      (body, kind, workload, digits, sequence) => {
        const bounds = { depth: 32, bytes: 1 << 20 };
        const parts = { kind, time: '2026-11-24T09:30:00.000Z', subjects: digits.map(digest) };
        const origin = { producer: 'h/c/k', sequence };
        assert.equal(
          canonicalEntry({ ...parts, workload, body: canonicalJson(body, bounds) }, origin),
          canonicalJson({ ...parts, ...origin, body, ...(workload === undefined ? {} : { workload }) }, bounds),
        );
      },
    ),
  );
});
