import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildImage } from '../support/image.ts';
import { codeOf, readImage } from '../support/read-image.ts';
import { seal, type TestEntry, tarOf } from '../support/tar.ts';

const part = fc.constantFrom(
  'a',
  'b',
  '..',
  '.',
  '',
  '.wh.',
  '.wh.a',
  '.wh..',
  '.wh...',
  '.wh..wh.',
  '.wh..wh..opq',
  '.wh..wh.plnk',
  'é',
);
const path = fc.oneof(
  { weight: 9, arbitrary: fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
);
const entry: fc.Arbitrary<TestEntry> = fc
  .record({
    path,
    target: path,
    content: fc.constantFrom('', 'x', 'y'.repeat(600)),
    kind: fc.constantFrom('file', 'directory', 'symlink', 'hard-link', 'character-device', 'fifo'),
    device: fc.constantFrom<[number, number]>([0, 0], [1, 3]),
  })
  .map(({ content, ...rest }) => (rest.kind === 'file' ? { ...rest, content } : rest));
const layers = fc.array(fc.array(entry, { maxLength: 8 }), { minLength: 1, maxLength: 3 });

/** Every path clean and given once: what the rest of the program builds on. */
async function readSafely(image: Parameters<typeof readImage>[0]): Promise<void> {
  const { files, links } = await readImage(image);
  const paths = [...files, ...links].map((one) => one.path);
  assert.equal(new Set(paths).size, paths.length);
  for (const one of paths) {
    assert.match(one, /^\/[^\0]+$/);
    assert.ok(
      one
        .split('/')
        .slice(1)
        .every((name) => name !== '' && name !== '.' && name !== '..'),
      one,
    );
  }
  const sorted = files.map((one) => one.path);
  assert.deepEqual(sorted, sorted.toSorted());
}

describe('hostile layers', () => {
  it('any names, links and whiteouts end in clean paths or a typed error', async () => {
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(layers, async (all) => {
        const code = await codeOf(
          readSafely(buildImage({ layers: all.map((files) => ({ files, compression: 'none' })) })),
        );
        if (code === 'no error') whole++;
        else assert.match(code, /^tar-/);
      }),
      { numRuns: 1500 },
    );
    assert.ok(whole > 50, `only ${whole} were read whole`);
  });

  it('damaged headers end in clean paths or a typed error', async () => {
    const tar = tarOf([
      { path: 'usr/' },
      { path: 'usr/a', content: 'x'.repeat(600) },
      { path: 'b', kind: 'hard-link', target: 'usr/a' },
      { path: 'l', target: 'usr' },
      { path: 'l/c', pax: { 'SCHILY.xattr.user.x': 'y' }, content: 'c' },
    ]);
    const changes = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const copy = Buffer.from(tar);
        for (const [at, value] of all) copy[at] = value;
        for (const [at] of all) {
          const block = copy.subarray(at - (at % 512), at - (at % 512) + 512);
          if (block.toString('latin1', 257, 262) === 'ustar') seal(block);
        }
        const code = await codeOf(readSafely(buildImage({ layers: [{ tar: copy, compression: 'none' }] })));
        if (code !== 'no error') assert.match(code, /^tar-/);
      }),
      { numRuns: 1000 },
    );
  });
});
