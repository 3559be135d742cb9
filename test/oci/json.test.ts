import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseConfig, parseDescriptor, parseDocument } from '../../src/oci/index.ts';
import { repeatedKey } from '../../src/oci/json-keys.ts';
import { codeOf } from '../support/read-image.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const config = `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest}","size":1}`;
const code = (work: () => unknown): Promise<string> => codeOf(Promise.resolve().then(work));

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

  it('a manifest, a config or a descriptor with one is refused', async () => {
    const twice = Buffer.from(`{${config},"layers":[],"layers":[]}`);
    assert.equal(await code(() => parseDocument(twice, manifestType, 'x')), 'oci-malformed');
    const other = Buffer.from(`{${config},"layers":[],"Layers":[]}`);
    assert.equal(await code(() => parseDocument(other, manifestType, 'x')), 'oci-malformed');
    const fine = Buffer.from(`{${config},"layers":[],"annotations":{"Layers":"1","layers":"2"}}`);
    assert.equal(await code(() => parseDocument(fine, manifestType, 'x')), 'no error');
    const platform = '"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}';
    assert.equal(await code(() => parseConfig(Buffer.from(`{${platform}}`), 'x')), 'no error');
    assert.equal(await code(() => parseConfig(Buffer.from(`{${platform},"os":"linux"}`), 'x')), 'oci-malformed');
    const descriptor = { mediaType: manifestType, digest, size: 1 };
    assert.equal(await code(() => parseDescriptor(descriptor, 'x')), 'no error');
    assert.equal(await code(() => parseDescriptor({ ...descriptor, Digest: digest }, 'x')), 'oci-malformed');
    assert.equal(await code(() => parseDescriptor({ ...descriptor, platform: { OS: 'linux' } }, 'x')), 'oci-malformed');
  });
});
