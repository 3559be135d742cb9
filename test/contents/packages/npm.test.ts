import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { packageProblems } from '../../../src/contents/packages/index.ts';
import { npm, packageDirectory } from '../../../src/contents/packages/npm.ts';
import { readWith, type Tree } from './view.ts';

function manifest(name: unknown, version: unknown, more: object = {}): string {
  return JSON.stringify({ name, version, ...more });
}

it('lists packages, scoped and nested, with the files of each', () => {
  const { packages, problems } = readWith(npm, {
    '/app/package.json': manifest('app', '1.0.0'),
    '/app/node_modules/.package-lock.json': '{}',
    '/app/node_modules/a/package.json': manifest('a', '1.0.0', { license: 'MIT' }),
    '/app/node_modules/a/index.js': '',
    '/app/node_modules/a/dist/esm/package.json': '{"type":"module"}',
    '/app/node_modules/a/node_modules/b/package.json': manifest('b', '2.0.0', { license: { type: 'ISC' } }),
    '/app/node_modules/a/node_modules/b/b.js': '',
    '/app/node_modules/@s/c/package.json': manifest('@s/c', '3.0.0+build'),
    '/app/node_modules/@s/c/lib/c.js': '',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    packages.map(({ purl, licenses, owns }) => ({ purl, licenses, owns })),
    [
      {
        purl: 'pkg:npm/%40s/c@3.0.0%2Bbuild',
        licenses: undefined,
        owns: ['/app/node_modules/@s/c/lib/c.js', '/app/node_modules/@s/c/package.json'],
      },
      {
        purl: 'pkg:npm/b@2.0.0',
        licenses: ['ISC'],
        owns: ['/app/node_modules/a/node_modules/b/b.js', '/app/node_modules/a/node_modules/b/package.json'],
      },
      {
        purl: 'pkg:npm/a@1.0.0',
        licenses: ['MIT'],
        owns: [
          '/app/node_modules/a/dist/esm/package.json',
          '/app/node_modules/a/index.js',
          '/app/node_modules/a/package.json',
        ],
      },
    ],
  );
});

it('follows links in a package’s place: workspaces and file: dependencies, pnpm’s store once', () => {
  const { packages } = readWith(npm, {
    '/app/packages/w/package.json': manifest('w', '1.0.0'),
    '/app/packages/w/lib/w.js': '',
    '/app/packages/w/node_modules/x/package.json': manifest('x', '1.0.0'),
    '/app/packages/not-linked/package.json': manifest('no', '1.0.0'),
    '/app/node_modules/w': { link: '../packages/w' },
    '/app/node_modules/gone': { link: '../packages/gone' },
    '/app/node_modules/.pnpm/y@1/node_modules/y/package.json': manifest('y', '1.0.0'),
    '/app/node_modules/y': { link: '.pnpm/y@1/node_modules/y' },
  });
  assert.deepEqual(
    packages.map(({ name, owns }) => [name, ...owns]),
    [
      ['y', '/app/node_modules/.pnpm/y@1/node_modules/y/package.json'],
      ['x', '/app/packages/w/node_modules/x/package.json'],
      ['w', '/app/packages/w/lib/w.js', '/app/packages/w/package.json'],
    ],
  );
});

it('takes a linked package with very many files', () => {
  const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`/w/${index}.js`, '']));
  const { packages } = readWith(npm, {
    ...many,
    '/w/package.json': manifest('w', '1.0.0'),
    '/node_modules/w': { link: '../w' },
  });
  assert.equal(packages[0]?.owns.length, 150_001);
});

describe('the directory of the package that holds a file', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['/a/node_modules/b/package.json', '/a/node_modules/b'],
    ['/a/node_modules/@s/b/lib/x.js', '/a/node_modules/@s/b'],
    ['/a/node_modules/b/node_modules/c/x.js', '/a/node_modules/b/node_modules/c'],
    ['/a/node_modules/b/test/node_modules/c/package.json', '/a/node_modules/b'],
    ['/a/node_modules/.pnpm/b@1/node_modules/b/package.json', '/a/node_modules/.pnpm/b@1/node_modules/b'],
    ['/a/node_modules/.bin/b', undefined],
    ['/a/node_modules/x.js', undefined],
    ['/a/node_modules/@s/x.js', undefined],
    ['/a/b/package.json', undefined],
  ];
  for (const [path, expected] of cases) it(path, () => assert.equal(packageDirectory(path), expected));
});

const good = { '/n/node_modules/good/package.json': manifest('good', '1.0.0') };
const broken: readonly (readonly [string, Tree, readonly string[]])[] = [
  ['no JSON', { '/n/node_modules/b/package.json': '{"name": "b", ' }, ['npm-malformed']],
  ['a list', { '/n/node_modules/b/package.json': '[]' }, ['npm-malformed']],
  ['null', { '/n/node_modules/b/package.json': 'null' }, ['npm-malformed']],
  ['a number for a name', { '/n/node_modules/b/package.json': manifest(7, '1') }, ['npm-malformed']],
  ['a path for a name', { '/n/node_modules/b/package.json': manifest('../../etc', '1') }, ['npm-malformed']],
  [
    'bytes that are no text',
    { '/n/node_modules/b/package.json': Uint8Array.of(0xff, 0xfe, 0) },
    ['npm-malformed', 'package-encoding'],
  ],
  ['deep nesting', { '/n/node_modules/b/package.json': '['.repeat(200_000) }, ['npm-malformed']],
  ['too much', { '/n/node_modules/b/package.json': new Uint8Array(9 << 20) }, ['package-too-big']],
  ['half a surrogate', { '/n/node_modules/b/package.json': '{"name":"b\\ud800","version":"1"}' }, ['package-purl']],
];

for (const [what, tree, expected] of broken) {
  it(`reads the rest beside ${what}`, () => {
    const { packages, problems } = readWith(npm, { ...good, ...tree });
    assert.deepEqual(
      packages.map((one) => one.name),
      ['good'],
    );
    assert.deepEqual(problems.map((one) => one.code).sort(), [...expected].sort());
  });
}

it('takes a byte order mark', () => {
  assert.equal(readWith(npm, { '/n/node_modules/a/package.json': `\ufeff${manifest('a', '1')}` }).packages.length, 1);
});

it('never throws, whatever a package.json holds', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc
          .record({ name: fc.anything(), version: fc.anything(), license: fc.anything() })
          .map((x) => JSON.stringify(x) ?? ''),
        fc.string(),
      ),
      (text) => {
        for (const one of readWith(npm, { '/n/node_modules/x/package.json': text }).problems)
          assert.ok(one.code in packageProblems);
      },
    ),
    { numRuns: 500 },
  );
});
