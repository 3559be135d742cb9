import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig, parseDescriptor, parseDocument } from '../../src/oci/index.ts';
import { codeOf } from '../support/read-image.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const config = `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest}","size":1}`;
const code = (work: () => unknown): Promise<string> => codeOf(Promise.resolve().then(work));

describe('keys of JSON that others read differently', () => {
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
