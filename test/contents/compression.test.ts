import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { buildImage, type TestLayer } from '../support/image.ts';
import { codeOf, file, readImage } from '../support/read-image.ts';
import { tarOf } from '../support/tar.ts';

const incompressible = randomBytes(300_000);
const tar = tarOf([
  file('a'),
  { path: 'b', content: incompressible },
  { path: 'zeros', content: new Uint8Array(3_000_000) },
]);

async function paths(layer: TestLayer, chunk?: number): Promise<readonly string[]> {
  const { files } = await readImage(buildImage({ layers: [layer] }), chunk === undefined ? {} : { chunk });
  return files.map(({ path }) => path);
}

function skippable(data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53, 0);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

function cut(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

const expected = ['/a', '/b', '/zeros'];

describe('compressed layers', () => {
  const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  const blobs: readonly (readonly [string, Uint8Array])[] = [
    ['none', tar],
    ['gzip', gzipSync(tar)],
    ['gzip in many members', Buffer.concat(cut(tar, 100_000).map((part) => gzipSync(part)))],
    ['gzip with zeros behind it', Buffer.concat([gzipSync(tar), Buffer.alloc(1 << 20)])],
    ['zstd', zstdCompressSync(tar)],
    ['zstd with checksums', zstdCompressSync(tar, checksummed)],
    ['zstd in small frames', Buffer.concat(cut(tar, 10_000).map((part) => zstdCompressSync(part)))],
    ['zstd in big frames', Buffer.concat(cut(tar, 200_000).map((part) => zstdCompressSync(part, checksummed)))],
    [
      'a small frame of much',
      Buffer.concat([zstdCompressSync(tar.subarray(0, 512)), zstdCompressSync(tar.subarray(512))]),
    ],
    [
      'zstd with skippable frames between, before and behind',
      Buffer.concat([
        skippable(Buffer.alloc(0)),
        zstdCompressSync(tar.subarray(0, 1000)),
        skippable(randomBytes(70_000)),
        zstdCompressSync(tar.subarray(1000)),
        skippable(Buffer.from('table of contents')),
      ]),
    ],
  ];
  for (const [what, blob] of blobs) {
    it(`${what}, in chunks cut anywhere`, async () => {
      for (const chunk of [1 << 16, 4093, 1 << 20]) assert.deepEqual(await paths({ tar, blob }, chunk), expected);
    });
  }

  it('one byte at a time', async () => {
    const small = tarOf([file('a')]);
    for (const blob of [
      gzipSync(small),
      zstdCompressSync(small),
      Buffer.concat([skippable(Buffer.from('x')), zstdCompressSync(small)]),
    ]) {
      assert.deepEqual(await paths({ tar: small, blob }, 1), ['/a']);
    }
  });

  it('what it is compressed with is seen from its bytes, not from what the manifest calls it', async () => {
    const mediaType = 'application/vnd.oci.image.layer.v1.tar';
    assert.deepEqual(await paths({ tar, blob: gzipSync(tar), mediaType }), expected);
  });
});

describe('broken compression', () => {
  const gz = gzipSync(tarOf([file('a')]));
  const zst = zstdCompressSync(tarOf([file('a')]));
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['xz', 'layer-compression', Buffer.from('fd377a585a0000', 'hex')],
    ['bzip2', 'layer-compression', Buffer.from('BZh91AY&SY')],
    ['gzip with something behind it', 'layer-compression', Buffer.concat([gz, Buffer.from('something')])],
    ['zstd with something behind it', 'layer-compression', Buffer.concat([zst, Buffer.from('something')])],
    ['an empty blob', 'diff-id-mismatch', Buffer.alloc(0)],
  ];
  for (const [what, code, blob] of cases) {
    it(`${what}: ${code}`, async () => assert.equal(await codeOf(paths({ tar, blob })), code));
  }

  for (const [what, blob] of [
    ['gzip', gz],
    ['zstd', zst],
  ] as const) {
    it(`${what} cut at each byte never passes`, async () => {
      const plain = tarOf([file('a')]);
      for (let end = 0; end < blob.length; end++) {
        const code = await codeOf(paths({ tar: plain, blob: blob.subarray(0, end) }));
        assert.ok(
          code === 'layer-compression' || code === 'diff-id-mismatch' || code === 'tar-truncated',
          `${code} at ${end}`,
        );
      }
    });
  }

  it('damaged or random bytes end in a typed error and never hang', async () => {
    const damaged = fc.tuple(fc.constantFrom(gz, zst), fc.nat(1000), fc.nat(255)).map(([blob, at, value]) => {
      const copy = Buffer.from(blob);
      copy[at % copy.length] = value;
      return copy;
    });
    const random = fc
      .tuple(fc.constantFrom('1f8b08', '28b52ffd', '50182a4d53', ''), fc.uint8Array({ maxLength: 200 }))
      .map(([magic, rest]) => Buffer.concat([Buffer.from(magic, 'hex'), rest]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, random), fc.integer({ min: 1, max: 64 }), async (blob, chunk) => {
        await codeOf(paths({ tar: tarOf([file('a')]), blob }, chunk));
      }),
      { numRuns: 400 },
    );
  });

  it('a layer that unpacks to something else than the config says', async () => {
    assert.equal(
      await codeOf(paths({ tar: tarOf([file('a')]), blob: gzipSync(tarOf([file('b')])) })),
      'diff-id-mismatch',
    );
  });
});
