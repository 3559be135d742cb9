import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/index.ts';
import { coded } from './scratch.ts';

const wide = { depth: 32, bytes: 1024 * 1024 };
const canonical = (value: unknown): string => canonicalJson(value, wide);

function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE();
}

test('numbers are written as in RFC 8785 appendix B', () => {
  const samples: [string, string][] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4340000000000001', '9007199254740994'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555557', '333333333.33333343'],
  ];
  for (const [hex, text] of samples) assert.equal(canonical(double(hex)), text, hex);
});

test('keys are in order of UTF-16 code units (RFC 8785 section 3.2.3)', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  assert.deepEqual(Object.keys(JSON.parse(canonical(value)) as object), [
    '1',
    '\r',
    '\u0080',
    '\u00f6',
    '\u20ac',
    '\ud83d\ude00',
    '\ufb33',
  ]);
  assert.equal(canonical({ '\ufb33': 0, '\ud83d\ude00': 0, '\r': 0 }), '{"\\r":0,"\ud83d\ude00":0,"\ufb33":0}');
});

test('strings are escaped as little as JSON allows', () => {
  assert.equal(
    canonical('\u20ac$\u000f\nA\'B"\\\\"/\u007f\u2028'),
    '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028"',
  );
});

test('what JSON has no word for is refused', () => {
  const values: unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    undefined,
    1n,
    Symbol('x'),
    () => 1,
    new Date(),
    new Map(),
    Buffer.from('x'),
    '\ud800',
    '\udc00x',
    // oxlint-disable-next-line no-sparse-arrays
    [1, , 2],
    { a: undefined },
    { '\ud800': 1 },
  ];
  for (const value of values) {
    assert.throws(() => canonical(value), coded('entry-malformed'));
    assert.throws(() => canonical({ deep: [value] }), coded('entry-malformed'));
  }
});

test('the error says where', () => {
  assert.throws(() => canonical({ a: [0, { b: Number.NaN }] }), { place: 'body.a[1].b' });
});

test('depth and size are bounded, cycles and shared branches too', () => {
  let nested: unknown = 1;
  for (let depth = 0; depth < 32; depth++) nested = [nested];
  assert.equal(canonical(nested).length, 65);
  assert.throws(() => canonical([nested]), coded('entry-too-large'));
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  assert.throws(() => canonical(cycle), coded('entry-too-large'));
  let doubled: unknown = 'x'.repeat(100);
  for (let times = 0; times < 31; times++) doubled = [doubled, doubled];
  assert.throws(() => canonical(doubled), coded('entry-too-large'));
  assert.equal(canonicalJson('é', { depth: 1, bytes: 4 }), '"é"');
  assert.throws(() => canonicalJson('é', { depth: 1, bytes: 3 }), coded('entry-too-large'));
});

test('it is JSON of the same value, stable, and blind to the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = canonical(value);
      const back: unknown = JSON.parse(text);
      assert.deepEqual(back, JSON.parse(JSON.stringify(value)));
      assert.equal(canonical(back), text);
      assert.equal(canonical(reversed(back)), text);
    }),
    { numRuns: 500 },
  );
});

test('any string either goes through whole or holds a lone surrogate', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).chain((s) => fc.constantFrom(s, `${s}\ud800`, `\udfff${s}`)),
      (text) => {
        if (text.isWellFormed()) assert.equal(JSON.parse(canonical(text)), text);
        else assert.throws(() => canonical(text), coded('entry-malformed'));
      },
    ),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
