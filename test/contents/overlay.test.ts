import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { buildImage } from '../support/image.ts';
import { codeOf, file, readImage } from '../support/read-image.ts';
import type { TestEntry } from '../support/tar.ts';
import { overlayCases } from './overlay-cases.ts';

/** `path=content` for files, `path->target` for symlinks. */
async function flat(layers: readonly (readonly TestEntry[])[]): Promise<readonly string[]> {
  const image = buildImage({ layers: layers.map((files) => ({ files })) });
  const contents = await readImage(image);
  const texts = new Map<string, string>();
  for (const entry of layers.flat()) {
    const text = Buffer.from(entry.content ?? '').toString('utf8');
    texts.set(hash('sha256', text), text);
  }
  return [
    ...contents.files.map(({ path, sha256 }) => `${path}=${texts.get(sha256) ?? 'unknown'}`),
    ...contents.links.map(({ path, target }) => `${path}->${target}`),
  ].sort();
}

describe('layers laid over each other', () => {
  for (const { what, layers, shows } of overlayCases) {
    it(what, async () => {
      if (typeof shows === 'string') assert.equal(await codeOf(flat(layers)), shows);
      else assert.deepEqual(await flat(layers), shows.toSorted());
    });
  }

  it('says where the bytes of each file lie, and its mode with setuid', async () => {
    const image = buildImage({
      layers: [{ files: [file('a'), file('b')] }, { files: [{ path: 'b', content: 'B', mode: 0o4755 }] }],
    });
    const { files } = await readImage(image);
    assert.deepEqual(
      files.map(({ path, layer, mode, size }) => [path, layer, mode, size]),
      [
        ['/a', 0, 0o644, 1],
        ['/b', 1, 0o4755, 1],
      ],
    );
  });

  it('a hard link keeps the layer and mode of its bytes', async () => {
    const layers = [
      { files: [{ path: 'a', content: 'a', mode: 0o755 }] },
      { files: [{ path: 'b', kind: 'hard-link', target: 'a' } as const] },
    ];
    const { files } = await readImage(buildImage({ layers }));
    assert.deepEqual(files[1], { ...files[0], path: '/b' });
  });

  it('tells people where runtimes and the specification differ', async () => {
    const lower = { files: [file('d/x'), { path: 'lib', target: 'd' }] };
    const image = buildImage({ layers: [lower, { files: [{ path: '.wh.d' }, { path: 'd/' }, file('lib/y')] }] });
    const { problems } = await readImage(image);
    assert.deepEqual(
      problems.map(({ code, place }) => [code, place.replace(/sha256:[0-9a-f]+/, 'DIGEST')]),
      [
        ['layer-ambiguous', '/lib'],
        ['layer-ambiguous', 'layer 1 DIGEST, entry 1'],
      ],
    );
  });

  it('keeps names that are no UTF-8 apart and sorted by code unit', async () => {
    const names = [Buffer.from([0x66, 0xff]), Buffer.from([0x66, 0xfe]), Buffer.from('fé'), Buffer.from('f\ufffd')];
    const { files } = await readImage(
      buildImage({ layers: [{ files: names.map((path) => ({ path, content: path })) }] }),
    );
    assert.deepEqual(
      files.map(({ path }) => path),
      ['/fé', '/f\udcfe', '/f\udcff', '/f\ufffd'],
    );
    assert.ok(JSON.stringify(files).includes('/f\\udcff'));
  });
});
