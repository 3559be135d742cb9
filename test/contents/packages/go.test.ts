import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { go } from '../../../src/contents/packages/go.ts';
import { packageProblems } from '../../../src/contents/packages/index.ts';
import { readWith } from './view.ts';

const lines = [
  'path\texample.com/app/cmd/app',
  'mod\texample.com/app\t(devel)\t',
  'dep\tgithub.com/BurntSushi/toml\tv1.4.0\th1:x=',
  'dep\texample.com/old\tv1.0.0',
  '=>\texample.com/new\tv2.0.0\th1:y=',
  'dep\texample.com/here\tv1.0.0',
  '=>\t./here\t(devel)\t',
  'build\t-compiler=gc',
  '',
].join('\n');

/** A made-up ELF file whose one writable segment begins at 0x4000 and holds the given bytes. */
function elf(data: Uint8Array, { wide = true, little = true, pad = 0 } = {}): Buffer {
  const file = Buffer.alloc(0x4000 + pad + Math.max(data.length, 64));
  file.write('\x7fELF', 'latin1');
  file[4] = wide ? 2 : 1;
  file[5] = little ? 1 : 2;
  const put = (value: number, at: number, size: number) =>
    little ? file.writeUIntLE(value, at, size) : file.writeUIntBE(value, at + (size === 6 ? 2 : 0), size);
  const word = (value: number, at: number) => put(value, at, wide ? 6 : 4);
  word(64, wide ? 32 : 28);
  put(wide ? 56 : 32, wide ? 54 : 42, 2);
  put(1, wide ? 56 : 44, 2);
  put(1, 64, 4);
  put(6, 64 + (wide ? 4 : 24), 4);
  word(0x4000, 64 + (wide ? 8 : 4));
  word(0x404000, 64 + (wide ? 16 : 8));
  word(pad + data.length, 64 + (wide ? 32 : 16));
  file.set(data, 0x4000 + pad);
  return file;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      bytes.push(rest);
      return Buffer.from(bytes);
    }
    bytes.push((rest % 128) + 128);
  }
}

function buildInformation(version: string, modules: string, flags = 2): Buffer {
  const body = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)]);
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = flags;
  return Buffer.concat([header, varint(version.length), Buffer.from(version), varint(body.length), body]);
}

function read(bytes: Uint8Array, piece = 4096) {
  return readWith(go, { '/bin/app': bytes }, { piece });
}

for (const [what, options] of [
  ['64 bits', {}],
  ['32 bits', { wide: false }],
  ['big endian', { little: false }],
  ['far from the segment’s beginning', { pad: 0x20_0000 }],
] as const) {
  it(`reads modules, replacements and the standard library: ${what}`, () => {
    for (const piece of [1, 7, 4096, 1 << 24]) {
      if (piece < 4096 && 'pad' in options) continue;
      const { packages, problems } = read(elf(buildInformation('go1.22.1 X:boring', lines), options), piece);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        packages.map(({ purl, name, version, owns }) => [purl, name, version, ...owns]),
        [
          ['pkg:golang/example.com/app', 'example.com/app', '(devel)', '/bin/app'],
          ['pkg:golang/github.com/burntsushi/toml@v1.4.0', 'github.com/BurntSushi/toml', 'v1.4.0'],
          ['pkg:golang/example.com/new@v2.0.0', 'example.com/new', 'v2.0.0'],
          ['pkg:golang/example.com/here', 'example.com/here', '(devel)'],
          ['pkg:golang/stdlib@1.22.1', 'stdlib', '1.22.1'],
        ],
      );
    }
  });
}

it('gives a program without a module to the standard library', () => {
  const { packages } = read(elf(buildInformation('go1.26.0', 'path\tcommand-line-arguments\n')));
  assert.deepEqual(
    packages.map(({ purl, owns }) => [purl, ...owns]),
    [['pkg:golang/stdlib@1.26.0', '/bin/app']],
  );
});

it('passes over the marker where it is only text', () => {
  const decoy = Buffer.alloc(64);
  decoy.write('\xff Go buildinf:', 'latin1');
  decoy[15] = 2;
  decoy[32] = 3;
  decoy.write('abc', 33);
  const { packages } = read(elf(Buffer.concat([decoy, buildInformation('go1.26.0', lines)])));
  assert.equal(packages.length, 5);
});

it('ignores the marker outside writable segments, and in files that are no ELF', () => {
  const outside = elf(Buffer.alloc(64));
  outside.set(buildInformation('go1.26.0', lines), 0x1000);
  assert.deepEqual(read(outside), { packages: [], problems: [] });
  assert.deepEqual(
    read(Buffer.concat([Buffer.from('#!/bin/sh\n'), Buffer.alloc(20_000), buildInformation('go1', lines)])),
    { packages: [], problems: [] },
  );
});

const broken: readonly (readonly [string, Uint8Array, string])[] = [
  ['the pointer format of Go 1.17', buildInformation('go1.17', lines, 0), 'go-pointer-format'],
  ['a file that ends inside', buildInformation('go1.26.0', lines).subarray(0, 80), 'go-malformed'],
  [
    'modules that claim 4 GiB',
    Buffer.concat([buildInformation('go1.26.0', '').subarray(0, 41), Buffer.from('ffffffff0f', 'hex')]),
    'go-malformed',
  ],
  ['lines nobody knows', buildInformation('go1.26.0', `${lines}what\tis\tthis\n`), 'go-malformed'],
];

for (const [what, data, code] of broken) {
  it(`says what is wrong with ${what}`, () =>
    assert.deepEqual(
      read(elf(data)).problems.map((one) => one.code),
      [code],
    ));
}

it('gives up on a file full of beginnings', () => {
  const one = buildInformation('xx', '').subarray(0, 48);
  const { problems } = read(elf(Buffer.concat(Array.from({ length: 5000 }, () => one))));
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ['go-malformed'],
  );
});

it('never throws, whatever a file holds, however it is cut', () => {
  const real = elf(buildInformation('go1.26.0', lines));
  const edit = fc.record({
    at: fc.oneof(fc.nat(128), fc.integer({ min: 0x4000, max: real.length - 1 })),
    to: fc.nat(255),
  });
  fc.assert(
    fc.property(
      fc.array(edit, { maxLength: 8 }),
      fc.integer({ min: 16_384, max: real.length }),
      fc.integer({ min: 64, max: 9000 }),
      (edits, length, piece) => {
        const bytes = Buffer.from(real);
        for (const { at, to } of edits) bytes[at] = to;
        for (const problem of read(bytes.subarray(0, length), piece).problems)
          assert.ok(problem.code in packageProblems);
      },
    ),
    { numRuns: 500 },
  );
});
