import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf, findingId, whyOf } from '../../src/watch/findings.ts';
import { fromOf, judge, pythonSourceOf } from '../../src/watch/identity.ts';
import { isFindingCode } from '../../src/watch/index.ts';
import type { Manifest, ManifestFile, Sight } from '../../src/watch/model.ts';

const sha = (digit: string): string => digit.repeat(64);
const files: readonly ManifestFile[] = [
  { path: '/usr/bin/ls', sha256: sha('a'), size: 10, layer: 0, package: 'pkg:deb/debian/coreutils@9.1' },
  { path: '/app/main.py', sha256: sha('b'), size: 20, layer: 1 },
  { path: '/app/__init__.py', sha256: sha('e'), size: 0, layer: 1 },
];
const manifest: Manifest = {
  byPath: (path) => files.find((file) => file.path === path),
  byContent: (sha256) => files.find((file) => file.sha256 === sha256),
};
const base: Sight = {
  use: 'executed',
  path: '/usr/bin/ls',
  place: 'lower',
  unlinked: false,
  content: { known: true, sha256: sha('a'), size: 10 },
};
const foreign = { known: true, sha256: sha('f'), size: 10 } as const;
const gone = { known: false, reason: 'hash-gone' } as const;

test('same path and bytes: good, and from its layer', () => {
  const identity = judge(base, manifest);
  assert.deepEqual(identity, { verdict: 'good', how: 'content', image: files[0] });
  assert.equal(fromOf(base, identity), 'layer 0');
});

test('content decides, not the layer: a copied-up file with the same bytes is good, and from upper', () => {
  const sight: Sight = { ...base, place: 'upper' };
  const identity = judge(sight, manifest);
  assert.equal(identity.verdict, 'good');
  assert.equal(fromOf(sight, identity), 'upper');
});

test('a copy or rename of the image’s bytes is good, wherever it lies', () => {
  for (const place of ['upper', 'tmpfs', 'volume', 'memfd'] as const)
    assert.deepEqual(judge({ ...base, place, path: '/tmp/x' }, manifest), {
      verdict: 'good',
      how: 'elsewhere',
      image: files[0],
    });
});

test('an empty file is nobody’s copy', () => {
  const identity = judge(
    { ...base, path: '/tmp/e', place: 'upper', content: { known: true, sha256: sha('e'), size: 0 } },
    manifest,
  );
  assert.equal(identity.verdict, 'foreign');
});

test('other bytes at the image’s path: modified; elsewhere: not in the image', () => {
  assert.equal(
    codeOf(
      'exec',
      { ...base, place: 'upper', content: foreign },
      judge({ ...base, place: 'upper', content: foreign }, manifest),
    ),
    'exec-modified',
  );
  const dropped: Sight = { ...base, path: '/tmp/x', place: 'upper', content: foreign };
  assert.equal(codeOf('exec', dropped, judge(dropped, manifest)), 'exec-not-in-image');
  assert.match(
    whyOf('exec', dropped, judge(dropped, manifest)),
    /\/tmp\/x was executed from upper; no file of the image has sha256 f{12}/,
  );
});

test('the place names the code', () => {
  for (const [place, code] of [
    ['memfd', 'library-from-memory'],
    ['tmpfs', 'library-from-tmpfs'],
    ['volume', 'library-from-volume'],
  ] as const) {
    const sight: Sight = { ...base, use: 'mapped', path: '/x', place, content: foreign };
    assert.equal(codeOf('library', sight, judge(sight, manifest)), code);
  }
  const unlinked: Sight = { ...base, path: '/tmp/x', place: 'upper', unlinked: true, content: foreign };
  assert.equal(codeOf('script', unlinked, judge(unlinked, manifest)), 'script-unlinked');
});

test('without a hash only a lower layer at a path of the image is the image’s', () => {
  assert.deepEqual(judge({ ...base, content: gone }, manifest), { verdict: 'good', how: 'by-layer', image: files[0] });
  for (const sight of [
    { ...base, place: 'upper', content: gone },
    { ...base, place: 'unknown', content: gone },
    { ...base, path: '/not/there', content: gone },
  ] as const)
    assert.deepEqual(judge(sight, manifest), { verdict: 'unknown', reason: 'hash-gone' });
});

test('a memory file is never the image’s, also when it was gone before it could be read', () => {
  const sight: Sight = { ...base, path: '/usr/bin/ls', place: 'memfd', content: gone };
  assert.equal(codeOf('exec', sight, judge(sight, manifest)), 'exec-from-memory');
});

test('a memfd that calls itself by a path of the image has other bytes: from memory, not modified', () => {
  const sight: Sight = { ...base, place: 'memfd', content: foreign };
  assert.deepEqual(judge(sight, manifest), { verdict: 'foreign', how: 'not-in-image' });
});

test('bytecode of the image’s own source is derived, of another’s is not', () => {
  const loaded: Sight = {
    ...base,
    use: 'loaded',
    place: 'upper',
    content: foreign,
    path: '/app/__pycache__/main.cpython-311.pyc',
  };
  assert.deepEqual(judge(loaded, manifest), { verdict: 'good', how: 'derived', image: files[1] });
  assert.equal(judge({ ...loaded, path: '/app/__pycache__/evil.cpython-311.pyc' }, manifest).verdict, 'foreign');
  // Never when it is executed itself, or where an import does not look.
  assert.equal(judge({ ...loaded, use: 'executed' }, manifest).verdict, 'foreign');
  assert.equal(judge({ ...loaded, path: '/app/main.pyc' }, manifest).verdict, 'foreign');
});

test('bytecode of the image whose source is named by a link: derived when Python wrote it anew', () => {
  const path = '/lib/__pycache__/linked.cpython-311.pyc';
  const file = { path, sha256: sha('c'), size: 10, layer: 0 };
  const withLinked = { ...manifest, byPath: (asked: string) => (asked === path ? file : manifest.byPath(asked)) };
  const loaded: Sight = { ...base, use: 'loaded', place: 'upper', content: foreign, path };
  assert.deepEqual(judge({ ...loaded, compiled: true }, withLinked), { verdict: 'good', how: 'derived', image: file });
  assert.equal(judge(loaded, withLinked).verdict, 'foreign');
});

test('names of bytecode (PEP 3147, PEP 488)', () => {
  assert.equal(pythonSourceOf('/a/__pycache__/b.cpython-311.pyc'), '/a/b.py');
  assert.equal(pythonSourceOf('/a/__pycache__/b.cpython-311.opt-2.pyc'), '/a/b.py');
  assert.equal(pythonSourceOf('/a/__pycache__/b.cpython-311.pyc.140234'), '/a/b.py', 'while it is written');
  assert.equal(pythonSourceOf('/a/b.cpython-311.pyc'), undefined);
  assert.equal(pythonSourceOf('/a/__pycache__/b.pyc'), undefined);
});

const later = (sha256: string) =>
  ({ ...base, place: 'upper', content: { known: true, sha256, size: 10, later: true } }) as const;

test('bytes of a later version convict and do not acquit', () => {
  assert.equal(judge(later(sha('f')), manifest).verdict, 'foreign');
  for (const sha256 of [sha('a'), sha('b')])
    assert.deepEqual(judge(later(sha256), manifest), { verdict: 'unknown', reason: 'hash-changing' });
});

test('no manifest, no judgement: the reason is passed on', () => {
  assert.deepEqual(judge(base, 'layers-discarded'), { verdict: 'unknown', reason: 'layers-discarded' });
});

test('whatever is seen: bytes that the image does not hold are never good but as bytecode or by layer', () => {
  const sights = fc.record({
    use: fc.constantFrom('executed', 'mapped', 'loaded'),
    path: fc.constantFrom('/usr/bin/ls', '/tmp/x', '/app/main.py', ''),
    place: fc.constantFrom('unknown', 'lower', 'upper', 'tmpfs', 'volume', 'memfd', 'host'),
    unlinked: fc.boolean(),
    content: fc.constant(foreign),
  });
  fc.assert(
    fc.property(sights, fc.constantFrom('exec', 'library', 'script'), (sight, ran) => {
      const identity = judge(sight, manifest);
      assert.equal(identity.verdict, 'foreign');
      const code = codeOf(ran, sight, identity);
      assert.ok(code !== undefined && isFindingCode(code));
    }),
  );
});

test('an id names container, code and file', () => {
  const id = findingId('a/b', 'exec-modified', '/x', null);
  assert.match(id, /^F-[0-9a-f]{16}$/);
  assert.notEqual(id, findingId('a/b', 'exec-modified', '/y', null));
  assert.equal(id, findingId('a/b', 'exec-modified', '/x', null));
});
