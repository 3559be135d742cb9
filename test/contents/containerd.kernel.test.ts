import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openContainerd } from '../../src/containers/index.ts';
import { type ImageContents, readContents } from '../../src/contents/index.ts';
import { openSource, parseSource } from '../../src/oci/index.ts';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { buildImage, buildIndex, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';

const { signal } = new AbortController();

describe('containerd:REF', () => {
  let scratch = '';
  let containerd: TestContainerd | undefined;
  const image = buildImage({ layers: [{ files: [file('a'), file('b')] }, { files: [{ path: '.wh.a' }] }] });
  const index = buildIndex([{ image, platform: { os: 'linux', architecture: 'amd64' } }]);
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-contents-'));
    containerd = await startContainerd();
    await writeLayout(join(scratch, 'layout'), index);
    await containerd.importImage(join(scratch, 'layout'), 'test.example/x:1', { noUnpack: true });
  });
  after(async () => {
    await containerd?.stop();
    rmSync(scratch, { recursive: true });
  });

  const read = async (reference: string): Promise<ImageContents> => {
    if (containerd === undefined) throw new Error('containerd did not start');
    const source = parseSource(`containerd:${containerd.namespace}/${reference}`);
    await using opened = await openSource(source, {
      signal,
      platform: { os: 'linux', architecture: 'amd64' },
      openContainerd: openContainerd(containerd.socket),
    });
    return await readContents(opened, { signal, readers: [] });
  };

  it('by name: the same contents, and all three digests', async () => {
    const contents = await read('test.example/x:1');
    assert.deepEqual(contents.identity, {
      index: index.entries[0]?.digest,
      manifest: image.manifest.digest,
      config: image.configDigest,
    });
    assert.deepEqual(
      contents.files.map(({ path, layer }) => [path, layer]),
      [['/b', 0]],
    );
  });

  it('by the manifest’s digest', async () => {
    const contents = await read(image.manifest.digest);
    assert.deepEqual(contents.identity, { manifest: image.manifest.digest, config: image.configDigest });
  });

  it('a layer that is gone is blob-missing', async () => {
    await containerd?.ctr('content', 'rm', image.layers[0]?.digest ?? '');
    await assert.rejects(read('test.example/x:1'), (error) => {
      assert.match((error as { code: string }).code, /^(blob-missing|not-found)$/);
      return true;
    });
  });
});
