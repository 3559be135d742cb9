import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64 } from '../../src/attest/format/base64.ts';
import { parseBundle, parseStatement, parseStrictJson, parseTrustedRoot } from '../../src/attest/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';

function read(text: string): unknown {
  return parseStrictJson(Buffer.from(text), 'bundle-malformed', 'test');
}

test('duplicate JSON keys are refused, at any depth and in any spelling', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"x":[{"b":{"a":1,"c":[],"a":2}}]}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{ "a" : 1 , "a" : 2 }',
    '{"a":{"a":1},"a":{}}',
  ]) {
    assert.throws(() => read(text), { code: 'bundle-malformed', message: /stands twice/ }, text);
  }
  for (const text of [
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '{"a":"\\"a\\":","b":"{\\"a\\":1"}',
    '["a","a"]',
    '"a"',
  ]) {
    assert.deepEqual(read(text), JSON.parse(text));
  }
});

function twice(text: string): Buffer {
  return Buffer.from(`${text}"x":{"k":1,"k":2}}`);
}

test('duplicate keys of a bundle, a statement or a root are refused', () => {
  const bundle = '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",';
  assert.throws(() => parseBundle(twice(bundle), 'test'), { code: 'bundle-malformed', message: /stands twice/ });
  assert.throws(() => parseStatement(twice('{'), 'test'), { code: 'statement-malformed', message: /stands twice/ });
  assert.throws(() => parseTrustedRoot(twice('{'), 'test'), {
    code: 'trusted-root-malformed',
    message: /stands twice/,
  });
});

test('deep JSON, broken UTF-8 and broken JSON are typed errors', () => {
  for (const deep of ['['.repeat(100_000), '{"a":'.repeat(100_000), `${'['.repeat(200)}${']'.repeat(200)}`]) {
    assert.throws(() => read(deep), { code: 'bundle-malformed', message: /deeper/ });
  }
  assert.throws(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]), 'bundle-malformed', 'test'), {
    code: 'bundle-malformed',
  });
  assert.throws(() => read('\ufeff{}'), { code: 'bundle-malformed' });
});

test('JSON without repeated keys reads as JSON.parse reads it; with them it never does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      assert.deepEqual(read(JSON.stringify(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (key, one, two) => {
      const [name, first, second] = [key, one, two].map((part) => JSON.stringify(part));
      assert.throws(() => read(`{${name}:${first},"other of mine":0,${name}:${second}}`), HoldfastError);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        assert.deepEqual(read(text), JSON.parse(text));
      } catch (error) {
        assert.ok(error instanceof HoldfastError);
      }
    }),
  );
});

test('non-canonical base64 is refused', () => {
  const good = { '': '', 'AA==': '00', 'AAA=': '0000', AAAA: '000000', '+/+/': 'fbffbf' };
  for (const [text, hex] of Object.entries(good)) assert.equal(decodeBase64(text)?.toString('hex'), hex);
  for (const text of [
    'AB==', // bits left over
    'AAB=',
    'AA', // no padding
    'AA=',
    'AA===',
    'A===',
    '====',
    'AAAA\n',
    'AA AA',
    'AA\nAA',
    '-_-_', // the alphabet of URLs
    'AA==AA==',
    'AAAA=',
    'AA\u0000A',
    '\u0410AAA',
  ]) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
  }
});

test('bytes have one spelling in base64, and any other text has none', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      assert.deepEqual(decodeBase64(text), Buffer.from(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== undefined) assert.equal(bytes.toString('base64'), text);
    }),
  );
});
