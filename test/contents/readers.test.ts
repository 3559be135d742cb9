import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ImageView, noWish, type PackageReader } from '../../src/contents/index.ts';
import { buildImage } from '../support/image.ts';
import { file, readImage } from '../support/read-image.ts';
import { tarOf } from '../support/tar.ts';

/** A reader that keeps some paths and shows what it was given. */
function keeper(paths: readonly string[], bound = 1000): PackageReader & { view: ImageView | undefined } {
  const reader = {
    name: 'keeper',
    view: undefined as ImageView | undefined,
    wants: (path: string) => (paths.includes(path) ? ({ kind: 'keep', bound } as const) : noWish),
    read(view: ImageView) {
      reader.view = view;
      return { packages: [], problems: [] };
    },
  };
  return reader;
}

function keptIn(reader: { readonly view: ImageView | undefined }): readonly string[] {
  return (reader.view?.kept ?? []).map(({ path, content }) =>
    content.kind === 'too-big' ? `${path}: too big` : `${path}: ${Buffer.from(content.bytes).toString('utf8')}`,
  );
}

function owner(name: string, purls: Readonly<Record<string, readonly string[]>>): PackageReader {
  const packages = Object.entries(purls).map(
    ([purl, owns]) => ({ purl, owns, type: 'deb', name: purl, version: '1', location: '/db' }) as const,
  );
  return { name, wants: () => noWish, read: () => ({ problems: [], packages }) };
}

describe('what package readers get', () => {
  it('the bytes of wished-for files that survive, from the layer that won', async () => {
    const reader = keeper(['/a', '/b', '/c']);
    const image = buildImage({
      layers: [
        { files: [file('a', '1'), file('b', '1'), file('c', '1')] },
        { files: [file('b', '2'), { path: '.wh.c' }] },
      ],
    });
    await readImage(image, { readers: [reader], chunk: 7 });
    assert.deepEqual(keptIn(reader), ['/a: 1', '/b: 2']);
  });

  it('a file beyond the reader’s bound, or beyond what all may keep, as too big', async () => {
    const reader = keeper(['/a', '/b', '/c'], 10);
    const image = buildImage({
      layers: [{ files: [file('a', 'x'.repeat(11)), file('b', 'bbbb'), file('c', 'cccc')] }],
    });
    await readImage(image, { readers: [reader], limits: { keptBytes: 6 } });
    assert.deepEqual(keptIn(reader), ['/a: too big', '/b: bbbb', '/c: too big']);
  });

  it('a file whose wished-for name is a hard link made later, or by another layer', async () => {
    const reader = keeper(['/wished', '/other']);
    const image = buildImage({
      layers: [
        { files: [file('plain', 'bytes'), file('noise'), { path: 'wished', kind: 'hard-link', target: 'plain' }] },
        { files: [{ path: 'other', kind: 'hard-link', target: 'plain' }] },
      ],
    });
    await readImage(image, { readers: [reader] });
    assert.deepEqual(keptIn(reader), ['/other: bytes', '/wished: bytes']);
  });

  it('a scanner sees every byte once, in order, until it is done', async () => {
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
    const seen: Buffer[] = [];
    const reader: PackageReader = {
      name: 'scan',
      wants: (path) => {
        if (path === '/nothing') return { kind: 'scan', scanner: () => ({ push: () => 'done', end: () => undefined }) };
        if (path !== '/big') return noWish;
        const scanner = {
          push: (bytes: Uint8Array): 'more' => {
            seen.push(Buffer.from(bytes));
            return 'more';
          },
          end: () => Buffer.from('extract'),
        };
        return { kind: 'scan', scanner: () => scanner };
      },
      read(view) {
        assert.deepEqual(
          view.kept.map(({ path, content: { kind } }) => [path, kind]),
          [['/big', 'extract']],
        );
        return { packages: [], problems: [] };
      },
    };
    const tar = tarOf([{ path: 'big', content }, file('nothing')]);
    await readImage(buildImage({ layers: [{ tar }] }), { readers: [reader] });
    assert.deepEqual(Buffer.concat(seen), content);
  });

  it('owners through symlinked directories; the earlier reader and package win; packages sorted', async () => {
    const image = buildImage({
      layers: [
        {
          files: [
            { path: 'usr/bin/' },
            { path: 'bin', target: 'usr/bin' },
            file('usr/bin/a'),
            file('usr/bin/b'),
            file('usr/bin/c'),
          ],
        },
      ],
    });
    const readers = [
      owner('first', { 'pkg:z': ['/bin/a', '/bin', '/absent'], 'pkg:y': ['/usr/bin/a'] }),
      owner('second', { 'pkg:a': ['/bin/a', '/bin/../bin/b'] }),
    ];
    const { packages, files } = await readImage(image, { readers });
    assert.deepEqual(
      packages.map(({ purl }) => purl),
      ['pkg:a', 'pkg:y', 'pkg:z'],
    );
    assert.deepEqual(
      files.map(({ path, owner: index }) => [path, index === undefined ? undefined : packages[index]?.purl]),
      [
        ['/usr/bin/a', 'pkg:z'],
        ['/usr/bin/b', 'pkg:a'],
        ['/usr/bin/c', undefined],
      ],
    );
  });

  it('the distribution, through the usual symlink and from /etc first', async () => {
    const lower = {
      path: 'usr/lib/os-release',
      content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian \\"12\\""\n',
    };
    const linked = buildImage({
      layers: [{ files: [lower, { path: 'etc/os-release', target: '../usr/lib/os-release' }] }],
    });
    assert.deepEqual((await readImage(linked)).distribution, { id: 'debian', version: '12', name: 'Debian "12"' });
    const both = buildImage({ layers: [{ files: [lower, file('etc/os-release', 'ID=other')] }] });
    assert.deepEqual((await readImage(both)).distribution, { id: 'other' });
    assert.equal((await readImage(buildImage({ layers: [{ files: [file('a')] }] }))).distribution, undefined);
  });

  it('files below a directory, spelled anyhow, and nothing beside it', async () => {
    const reader = keeper([]);
    const names = ['lib/a', 'lib/b/c', 'lib-x/d', 'lib0', 'lib'.concat('.d/e')];
    const image = buildImage({
      layers: [{ files: [...names.map((name) => file(name)), { path: 'l', target: '/lib' }] }],
    });
    await readImage(image, { readers: [reader] });
    for (const spelled of ['/lib', '/lib/', '/l', '/l/../lib/.']) {
      assert.deepEqual(
        reader.view?.filesUnder(spelled).map(({ path }) => path),
        ['/lib/a', '/lib/b/c'],
      );
    }
    assert.equal(reader.view?.filesUnder('/').length, names.length);
  });
});

describe('the same image', () => {
  it('gives the same bytes however its layers are compressed, chunked or wrapped', async () => {
    const files = [file('b'), file('a'), { path: 'l', target: 'a' }];
    const texts = new Set<string>();
    for (const compression of ['gzip', 'zstd', 'none'] as const) {
      for (const chunk of [1, 100, 1 << 20]) {
        const {
          identity: _,
          layers: __,
          ...rest
        } = await readImage(buildImage({ layers: [{ files, compression }] }), { chunk });
        texts.add(JSON.stringify(rest));
      }
    }
    assert.equal(texts.size, 1);
  });
});
