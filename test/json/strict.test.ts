import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type JsonFault, readStrictJson } from '../../src/json/index.ts';

class Refused extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What is wrong with it; undefined = it is read, to just what JSON.parse makes of it. */
function faultOf(bytes: Uint8Array, depth = 1000): JsonFault | undefined {
  try {
    const value = readStrictJson(bytes, depth, (fault) => new Refused(fault));
    assert.deepEqual(value, JSON.parse(Buffer.from(bytes).toString('utf8')));
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.fault;
    throw error;
  }
}

function repeatedKey(bytes: Uint8Array): string | undefined {
  const fault = faultOf(bytes);
  return fault?.kind === 'repeated-key' ? fault.key : undefined;
}

describe('keys of JSON that others read differently', () => {
  const repeated: readonly (readonly [string, string | undefined])[] = [
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', undefined],
    ['{"a":1,"a":2}', 'a'],
    [String.raw`{"a":1,"\u0061":2}`, 'a'],
    ['{"x":[{"b":{},"a":[],"b":0}]}', 'b'],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', undefined],
    ['{"a":["a","a"],"b":"a"}', undefined],
    [' { "a" : 1 , "a" : 1 } ', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"constructor":2}', undefined],
    ['[]', undefined],
  ];
  for (const [text, expected] of repeated) {
    it(text, () => assert.equal(repeatedKey(Buffer.from(text)), expected));
  }

  it('no JSON that was written from a value has one', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, spaced) => {
        assert.equal(repeatedKey(Buffer.from(JSON.stringify(value, null, spaced ? 2 : 0))), undefined);
      }),
    );
  });

  it('a repeated key is found wherever it stands', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.jsonValue(), (object, around) => {
        const [key = ''] = Object.keys(object);
        const text = JSON.stringify(object);
        const twice = `${text.slice(0, -1)},${JSON.stringify(key)}:0}`;
        assert.equal(repeatedKey(Buffer.from(`{"p":${JSON.stringify(around)},"q":[${twice}]}`)), key);
      }),
    );
  });
});

describe('JSON that is refused', () => {
  const kinds: readonly (readonly [string, Uint8Array, JsonFault['kind'] | undefined])[] = [
    ['what is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not-utf8'],
    ['what is no JSON', Buffer.from('{"a":}'), 'syntax'],
    ['nothing', Buffer.alloc(0), 'syntax'],
    ['one level too many', Buffer.from('[[[[]]]]'), 'too-deep'],
    ['brackets without end', Buffer.from('['.repeat(100_000)), 'too-deep'],
  ];
  for (const [name, bytes, kind] of kinds) it(name, () => assert.equal(faultOf(bytes, 3)?.kind, kind));
  it('and as many levels as are allowed are read', () =>
    assert.equal(faultOf(Buffer.from('[[{"a":1}]]'), 3), undefined));

  it('whatever it is, it is read as JSON.parse does or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void faultOf(bytes)));
    fc.assert(fc.property(fc.stringMatching(/^[{}[\]",:\\a1 ]{0,30}$/), (text) => void faultOf(Buffer.from(text))));
  });
});
