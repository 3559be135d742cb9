import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { linksOf, nameFromBytes, nameToBytes, resolvePath } from '../../src/contents/index.ts';

describe('names', () => {
  it('any bytes come back from the string made of them', () => {
    const mixed = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 5 }),
        fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
      ),
    );
    fc.assert(
      fc.property(
        mixed.map((parts) => Buffer.concat(parts)),
        (bytes) => {
          assert.deepEqual(Buffer.from(nameToBytes(nameFromBytes(bytes))), bytes);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('UTF-8 is itself, and what only looks like it is taken byte by byte', () => {
    assert.equal(nameFromBytes(Buffer.from('naïve 文件 🦑')), 'naïve 文件 🦑');
    // A surrogate in UTF-8, an overlong slash, a cut sequence.
    assert.equal(nameFromBytes(Buffer.from('edb2afc0af61e282', 'hex')), '\udced\udcb2\udcaf\udcc0\udcafa\udce2\udc82');
  });
});

describe('resolvePath', () => {
  const links = linksOf(
    Object.entries({
      '/bin': 'usr/bin',
      '/usr/bin/sh': 'dash',
      '/var/run': '/run',
      '/a': 'b',
      '/b': 'a',
      '/self': '.',
      '/up': '../../usr',
      '/deep/er': '../bin',
    }).map(([path, target]) => ({ path, target, layer: 0 })),
  );
  const cases = [
    ['/bin/ls', '/usr/bin/ls'],
    ['/bin/sh', '/usr/bin/sh'],
    ['/bin', '/bin'],
    ['/bin/', '/bin'],
    ['/var/run/x', '/run/x'],
    ['/up/bin/x', '/usr/bin/x'],
    ['/deep/er/ls', '/usr/bin/ls'],
    ['/self/self/x', '/x'],
    ['/../../etc/./x//y', '/etc/x/y'],
    ['/', '/'],
    ['/a/x', undefined],
  ] as const;
  for (const [path, real] of cases) {
    it(`${path} is ${real ?? 'nowhere'}`, () => assert.equal(resolvePath(links, path), real));
  }

  it('follows the last component when asked', () => {
    assert.equal(resolvePath(links, '/bin/sh', { last: 'follow' }), '/usr/bin/dash');
    assert.equal(resolvePath(links, '/bin', { last: 'follow' }), '/usr/bin');
    assert.equal(resolvePath(links, '/a', { last: 'follow' }), undefined);
  });

  it('ends on any links, and what it gives stays given', () => {
    const part = fc.constantFrom('a', 'b', '..', '.');
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const some = fc.dictionary(
      fc.constantFrom('/a', '/b', '/a/b', '/b/a', '/a/a'),
      fc.oneof(
        path,
        path.map((text) => `/${text}`),
      ),
    );
    fc.assert(
      fc.property(some, path, (targets, text) => {
        const map = new Map(Object.entries(targets));
        const real = resolvePath(map, `/${text}`, { last: 'follow' });
        if (real !== undefined) assert.equal(resolvePath(map, real, { last: 'follow' }), real);
      }),
      { numRuns: 1000 },
    );
  });
});
