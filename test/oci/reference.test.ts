import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { formatSource, parseSource, type SourceReference } from '../../src/oci/index.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('SOURCE', () => {
  const good: readonly (readonly [string, SourceReference])[] = [
    ['oci:img', { kind: 'oci', directory: 'img' }],
    ['oci:/a/b:1.2', { kind: 'oci', directory: '/a/b', reference: '1.2' }],
    ['oci:/a:docker.io/x/y:1', { kind: 'oci', directory: '/a', reference: 'docker.io/x/y:1' }],
    [`oci:/a:${digest}`, { kind: 'oci', directory: '/a', reference: digest }],
    [`oci:/a@${digest}`, { kind: 'oci', directory: '/a', reference: digest }],
    ['oci-archive:a.tar', { kind: 'oci-archive', file: 'a.tar' }],
    ['docker-archive:a.tar:x/y:1', { kind: 'docker-archive', file: 'a.tar', reference: 'x/y:1' }],
    ['dir:/', { kind: 'dir', directory: '/' }],
    ['dir:/a:b', { kind: 'dir', directory: '/a:b' }],
    ['containerd:docker.io/library/nginx:1', { kind: 'containerd', reference: 'docker.io/library/nginx:1' }],
  ];
  for (const [text, expected] of good) it(text, () => assert.deepEqual(parseSource(text), expected));

  const bad: readonly (readonly [string, number])[] = [
    ['', 1],
    ['OCI:x', 1],
    ['oci:', 5],
    ['oci::tag', 5],
    ['oci:dir:', 9],
    ['dir:', 5],
    ['containerd:', 12],
    ['oci:a\0b', 6],
  ];
  for (const [text, column] of bad) {
    it(`${JSON.stringify(text)} is refused at column ${column}`, () => {
      assert.throws(
        () => parseSource(text),
        (error) =>
          error instanceof HoldfastError &&
          error.code === 'source-malformed' &&
          (error.place ?? '').endsWith(`column ${column}`),
      );
    });
  }

  it('any text is either refused with a type or comes back the same', () => {
    const kinds = fc.constantFrom('oci:', 'oci-archive:', 'docker-archive:', 'dir:', 'containerd:', '');
    fc.assert(
      fc.property(kinds, fc.string(), (kind, rest) => {
        let parsed: SourceReference;
        try {
          parsed = parseSource(kind + rest);
        } catch (error) {
          assert.ok(error instanceof HoldfastError);
          return;
        }
        assert.deepEqual(parseSource(formatSource(parsed)), parsed);
      }),
    );
  });
});
