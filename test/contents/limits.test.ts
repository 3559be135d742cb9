import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { ContentsLimits } from '../../src/contents/index.ts';
import { buildImage, type TestLayer } from '../support/image.ts';
import { codeOf, file, readImage } from '../support/read-image.ts';
import { tarOf } from '../support/tar.ts';

async function code(layers: readonly TestLayer[], limits: Partial<ContentsLimits>): Promise<string> {
  return await codeOf(readImage(buildImage({ layers }), { limits }));
}

const zeros = { path: 'zeros', content: new Uint8Array(1 << 20) };

describe('bounds on what layers hold', () => {
  it('bytes of all layers together', async () => {
    const layers = [{ files: [zeros] }, { files: [zeros] }];
    assert.equal(await code(layers, { bytes: 3 << 20 }), 'no error');
    assert.equal(await code(layers, { bytes: 2 << 20 }), 'tar-limit-bytes');
  });

  it('entries of all layers together, whiteouts and directories too', async () => {
    const layers = [{ files: [file('a'), { path: 'd/' }] }, { files: [{ path: '.wh.a' }] }];
    assert.equal(await code(layers, { entries: 3 }), 'no error');
    assert.equal(await code(layers, { entries: 2 }), 'tar-limit-entries');
  });

  it('directories in a path, also by way of symlinks', async () => {
    const deep = [{ files: [file('d/'.repeat(9) + 'f')] }];
    assert.equal(await code(deep, { depth: 10 }), 'no error');
    assert.equal(await code(deep, { depth: 9 }), 'tar-limit-depth');
    const linked = [{ files: [{ path: 'l', target: 'd/'.repeat(9) }, file('l/f')] }];
    assert.equal(await code(linked, { depth: 8 }), 'tar-limit-depth');
  });

  it('how far a layer may unpack: a bomb in gzip or zstd', async () => {
    const small = { ratio: 100, ratioFloor: 1 << 19 };
    assert.equal(await code([{ files: [zeros] }], small), 'tar-limit-ratio');
    assert.equal(await code([{ files: [zeros], compression: 'zstd' }], small), 'tar-limit-ratio');
    assert.equal(await code([{ files: [zeros], compression: 'none' }], small), 'no error');
    assert.equal(await code([{ files: [zeros] }], { ratio: 100, ratioFloor: 2 << 20 }), 'no error');
  });

  it('a bomb is stopped long before it is unpacked', async () => {
    // 32 kB of zstd that stand for 1 GB.
    const frame = zstdCompressSync(new Uint8Array(64 << 20));
    const blob = Buffer.concat(Array.from({ length: 16 }, () => frame));
    const image = buildImage({ layers: [{ tar: Buffer.alloc(0), blob, compression: 'zstd' }] });
    let seen = 0;
    const progress = (bytes: number): void => {
      seen = bytes;
    };
    const limits = { ratioFloor: 8 << 20 };
    assert.equal(await codeOf(readImage(image, { progress, limits })), 'tar-limit-ratio');
    assert.ok(seen < 16 << 20, `${seen} bytes`);
  });

  it('symlinks in one path', async () => {
    const links = Array.from({ length: 20 }, (_, at) => ({ path: `l${at}`, target: `l${at + 1}` }));
    const layers = [{ files: [...links, { path: 'l20/' }, file('l0/f')] }];
    assert.equal(await code(layers, { links: 20 }), 'no error');
    assert.equal(await code(layers, { links: 19 }), 'tar-limit-links');
  });

  it('a symlink that doubles a path each time is stopped', async () => {
    const links = Array.from({ length: 40 }, (_, at) => ({ path: `l${at}`, target: `l${at + 1}/../l${at + 1}` }));
    assert.equal(await code([{ files: [...links, { path: 'l40/' }, file('l0/f')] }], {}), 'tar-limit-links');
  });

  it('names with NUL or of nothing', async () => {
    assert.equal(await code([{ files: [{ path: 'x', pax: { path: './' }, content: 'x' }] }], {}), 'tar-path');
    assert.equal(await code([{ files: [{ path: 'x', pax: { path: 'a\0' } }] }], {}), 'tar-path');
    assert.equal(await code([{ files: [{ path: '' }] }], {}), 'tar-path');
  });

  it('a tar cut anywhere, its digests made to fit, is refused or ends between entries', async () => {
    const whole = tarOf([file('a', 'x'.repeat(600)), { path: 'l', target: 'a' }, file('b')]);
    const counts = new Set<number>();
    for (let end = 0; end <= whole.length; end += 64) {
      const image = buildImage({ layers: [{ tar: whole.subarray(0, end), compression: 'none' }] });
      const work = readImage(image).then(({ files, links }) => counts.add(files.length + links.length));
      const result = await codeOf(work);
      assert.ok(result === 'no error' || result === 'tar-truncated', `${result} at ${end}`);
    }
    assert.deepEqual([...counts], [0, 1, 2, 3]);
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const image = buildImage({ layers: [{ files: [zeros] }] });
    const work = readImage(image, { signal: controller.signal, progress: () => controller.abort() });
    await assert.rejects(work, { name: 'AbortError' });
  });
});
