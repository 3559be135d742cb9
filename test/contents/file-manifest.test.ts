import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { type FileManifest, fileManifest, type ImageContents, readFileManifest } from '../../src/contents/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { parseDigest } from '../../src/oci/index.ts';

const base: ImageContents = {
  identity: {},
  platform: { os: 'linux', architecture: 'amd64' },
  layers: [
    { digest: parseDigest(`sha256:${'1'.repeat(64)}`), diffId: parseDigest(`sha256:${'2'.repeat(64)}`), size: 1 },
  ],
  files: [
    { path: '/bin/sh', sha256: 'a'.repeat(64), size: 5, mode: 0o4755, layer: 0, owner: 1 },
    { path: '/etc/\udcff', sha256: 'b'.repeat(64), size: 0, mode: 0o644, layer: 0 },
    { path: '/top', sha256: 'c'.repeat(64), size: 1, mode: 0o600, layer: 0, owner: 0 },
  ],
  links: [{ path: '/bin/bash', target: 'sh', layer: 0 }],
  packages: ['pkg:deb/debian/z@1', 'pkg:deb/debian/dash@1'].map((purl) => ({
    purl,
    type: 'deb' as const,
    name: 'x',
    version: '1',
    location: '/var/lib/dpkg/status',
  })),
  problems: [],
};

/** As it comes out of a statement. */
const carried = (manifest: FileManifest): unknown => JSON.parse(JSON.stringify(manifest));

describe('a file manifest', () => {
  it('is read back as it was written: paths, bytes that are no UTF-8, owners', () => {
    assert.deepEqual(readFileManifest(carried(fileManifest(base))), [
      { path: '/bin/sh', sha256: 'a'.repeat(64), size: 5, mode: 0o4755, layer: 0, package: 'pkg:deb/debian/dash@1' },
      { path: '/etc/\udcff', sha256: 'b'.repeat(64), size: 0, mode: 0o644, layer: 0 },
      { path: '/top', sha256: 'c'.repeat(64), size: 1, mode: 0o600, layer: 0, package: 'pkg:deb/debian/z@1' },
    ]);
  });

  it('holds no text that JSON in UTF-8 can not carry', () => {
    assert.ok(JSON.stringify(fileManifest(base)).isWellFormed());
    assert.doesNotMatch(JSON.stringify(fileManifest(base)), /\\ud/);
  });

  const row = ['sh', Buffer.alloc(32, 1).toString('base64url'), 1, 0o755, 0];
  const good = { platform: 'linux/amd64', layers: [`sha256:${'2'.repeat(64)}`], packages: ['pkg:deb/debian/a@1'] };
  const directory = (name: unknown, ...rows: readonly unknown[]) => ({ ...good, directories: [[name, rows]] });
  const cases: Readonly<Record<string, unknown>> = {
    'no object': 'x',
    'a path twice': {
      ...good,
      directories: [
        ['/bin', [row]],
        ['/bin', [row]],
      ],
    },
    'a path twice under two spellings': directory('/bin', row, [{ bytes: 'c2g=' }, ...row.slice(1)]),
    'a relative directory': directory('bin', row),
    'a directory that climbs': directory('/bin/..', row),
    'a directory that ends in a slash': directory('/bin/', row),
    'a name with a slash': directory('/bin', ['a/b', ...row.slice(1)]),
    'a name that climbs': directory('/bin', ['..', ...row.slice(1)]),
    'a name with NUL': directory('/bin', ['a\0', ...row.slice(1)]),
    'a short digest': directory('/bin', ['sh', 'AAAA', 1, 1, 0]),
    'a digest in other base64': directory('/bin', ['sh', `${'+'.repeat(42)}8`, 1, 1, 0]),
    'a layer that is not there': directory('/bin', [...row.slice(0, 4), 1]),
    'a package that is not there': directory('/bin', [...row, 1]),
    'a negative size': directory('/bin', [row[0], row[1], -1, 1, 0]),
    'a fraction for a size': directory('/bin', [row[0], row[1], 0.5, 1, 0]),
    'bits that are no mode': directory('/bin', [row[0], row[1], 1, 0o10000, 0]),
    'too few fields': directory('/bin', row.slice(0, 4)),
    'too many fields': directory('/bin', [...row, 0, 0]),
    'three in a pair': { ...good, directories: [['/bin', [row], 1]] },
  };
  for (const [name, predicate] of Object.entries(cases))
    it(`is refused with ${name}`, () => {
      assert.throws(
        () => readFileManifest(predicate),
        (error) => error instanceof HoldfastError && error.code === 'file-manifest-malformed',
      );
    });
  it('is read when nothing is wrong with it, so the refusals mean something', () => {
    assert.equal(readFileManifest(directory('/bin', row)).length, 1);
  });

  it('is read or refused with its code, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        for (const predicate of [
          one,
          { ...good, directories: one },
          directory('/a', one, other),
          directory(one, row),
        ]) {
          try {
            readFileManifest(predicate);
          } catch (error) {
            assert.ok(error instanceof HoldfastError, String(error));
          }
        }
      }),
    );
  });
});
