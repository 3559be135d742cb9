import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { type TarEntry, TarStream } from '../../src/oci/index.ts';
import { extension, paxRecord, seal, type TestEntry, tarOf } from '../support/tar.ts';

interface Read {
  readonly kind: string;
  readonly name: string;
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly data: string;
}

function read(bytes: Uint8Array, chunk = bytes.length): readonly Read[] {
  const found: Read[] = [];
  let entry: TarEntry | undefined;
  let parts: Buffer[] = [];
  const tar = new TarStream(
    {
      entry(next) {
        entry = next;
        parts = [];
      },
      data: (piece) => parts.push(Buffer.from(piece)),
      entryEnd() {
        if (entry === undefined) throw new Error('an end without an entry');
        const { kind, size, mode } = entry;
        const name = Buffer.from(entry.name).toString('latin1');
        const link = Buffer.from(entry.linkName).toString('latin1');
        found.push({ kind, name, link, size, mode, data: Buffer.concat(parts).toString('latin1') });
      },
    },
    'test',
  );
  for (let at = 0; at < bytes.length; at += Math.max(1, chunk)) tar.push(bytes.subarray(at, at + Math.max(1, chunk)));
  tar.end();
  return found;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof HoldfastError) return error.code;
    throw error;
  }
  return 'no error';
}

const sample: readonly TestEntry[] = [
  { path: 'usr/', mode: 0o755 },
  { path: 'usr/bin/tool', content: 'x'.repeat(700), mode: 0o4755 },
  { path: 'usr/bin/same', kind: 'hard-link', target: 'usr/bin/tool' },
  { path: 'bin', target: 'usr/bin' },
  { path: 'dev/null', kind: 'character-device', device: [1, 3] },
  { path: 'dev/sda', kind: 'block-device', device: [8, 0] },
  { path: 'run/pipe', kind: 'fifo' },
  { path: 'empty' },
  { path: `deep/${'d/'.repeat(80)}file`, content: 'pax name' },
];

describe('tar stream', () => {
  it('reads every kind of entry with its mode, size and data', () => {
    const entries = read(tarOf(sample));
    assert.deepEqual(
      entries.map((entry) => entry.kind),
      ['directory', 'file', 'hard-link', 'symlink', 'character-device', 'block-device', 'fifo', 'file', 'file'],
    );
    assert.equal(entries[1]?.data, 'x'.repeat(700));
    assert.equal(entries[1]?.mode, 0o4755);
    assert.equal(entries[2]?.link, 'usr/bin/tool');
    assert.equal(entries[8]?.name, `deep/${'d/'.repeat(80)}file`);
  });

  it('gives the same whatever the chunks', () => {
    const bytes = tarOf(sample);
    const whole = read(bytes);
    fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), (chunk) => assert.deepEqual(read(bytes, chunk), whole)));
  });

  it('is truncated at each offset but between entries', () => {
    const bytes = tarOf(sample.slice(0, 4), { end: false });
    const boundaries = new Set<number>([0]);
    for (let count = 1; count <= 4; count++) boundaries.add(tarOf(sample.slice(0, count), { end: false }).length);
    for (let cut = 0; cut < bytes.length; cut++) {
      // Padding may be cut too: nothing stands in it.
      const code = codeOf(() => read(bytes.subarray(0, cut), 512));
      assert.equal(code, boundaries.has(cut) ? 'no error' : 'tar-truncated', `at ${cut}`);
    }
  });

  it('applies GNU long names and links, and lets the later kind of header win as Go does', () => {
    const long = 'n'.repeat(300);
    const bytes = Buffer.concat([
      extension('L', `${long}\0`),
      extension('K', `${'t'.repeat(200)}\0`),
      tarOf([{ path: 'short', target: 'x' }]),
    ]);
    assert.deepEqual(
      read(bytes).map(({ name, link }) => [name, link]),
      [[long, 't'.repeat(200)]],
    );
  });

  it('takes size, path and linkpath from pax, the last record of a key, and drops emptied ones', () => {
    const records = Buffer.concat([
      paxRecord('path', Buffer.from('first')),
      paxRecord('path', Buffer.from('second')),
      paxRecord('linkpath', Buffer.from('gone')),
      paxRecord('linkpath', Buffer.alloc(0)),
      paxRecord('size', Buffer.from('5')),
      paxRecord('mtime', Buffer.from('1.5')),
    ]);
    const [entry] = read(
      Buffer.concat([extension('x', records), tarOf([{ path: 'plain', content: 'hello', size: 0 }])]),
    );
    assert.deepEqual([entry?.name, entry?.size, entry?.data], ['second', 5, 'hello']);
  });

  it('reads sizes in base 256', () => {
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField.writeUInt16BE(3, 10);
    assert.equal(read(tarOf([{ path: 'f', content: 'abc', sizeField }]))[0]?.data, 'abc');
  });

  it('ignores what stands behind the two zero blocks', () => {
    assert.equal(read(Buffer.concat([tarOf([{ path: 'a' }]), Buffer.from('anything')])).length, 1);
  });

  it('has no data for links, directories and devices whatever their size says', () => {
    const bytes = tarOf([
      { path: 'd/', size: 4096 },
      { path: 'f', content: 'f' },
    ]);
    assert.deepEqual(
      read(bytes).map(({ size }) => size),
      [0, 1],
    );
  });

  it('accepts a global header that changes no names, and a checksum of signed bytes', () => {
    const comment = extension('g', paxRecord('comment', Buffer.from('made by a builder')));
    assert.equal(read(Buffer.concat([comment, tarOf([{ path: 'a' }])])).length, 1);
    const signed = tarOf([{ path: Buffer.from([0xff]) }]);
    const sum = signed
      .subarray(0, 512)
      .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : (byte << 24) >> 24), 0);
    signed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    assert.equal(read(signed).length, 1);
  });
});

function one(entry: Partial<TestEntry>): Buffer {
  return tarOf([{ path: 'x', ...entry }]);
}

function typed(input: Uint8Array): void {
  codeOf(() => read(input, 777));
}

describe('hostile tars', () => {
  const withHeader = (change: (block: Buffer) => void): Buffer => {
    const bytes = one({});
    change(bytes.subarray(0, 512));
    return bytes;
  };
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['a wrong checksum', 'tar-malformed', withHeader((block) => block.write('y', 0))],
    ['a size that is not octal', 'tar-malformed', one({ sizeField: Buffer.from('00000000009') })],
    ['a negative base-256 size', 'tar-malformed', one({ sizeField: Buffer.alloc(12, 0xff) })],
    ['a size beyond 2^53', 'tar-malformed', one({ sizeField: Buffer.from('80ffffffffffffffffffffff', 'hex') })],
    ['a type nobody knows', 'tar-unsupported', one({ type: 'Z' })],
    ['GNU multi-volume', 'tar-unsupported', one({ type: 'M' })],
    ['a GNU sparse file', 'tar-sparse', one({ type: 'S' })],
    ['a pax sparse file', 'tar-sparse', one({ pax: { 'GNU.sparse.major': '1' } })],
    [
      'an attribute overlayfs obeys',
      'tar-unsupported',
      one({ pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/x' } }),
    ],
    ['other attributes', 'no error', one({ pax: { 'SCHILY.xattr.security.capability': 'x' } })],
    ['a pax name with NUL', 'tar-path', one({ pax: { path: 'a\0b' } })],
    ['a pax size that is none', 'tar-malformed', one({ pax: { size: '-1' } })],
    ['a pax size beyond 2^53', 'tar-malformed', one({ pax: { size: '99999999999999999' } })],
    ['a global header that renames', 'tar-unsupported', extension('g', paxRecord('path', Buffer.from('x')))],
    ['a pax record that is too long', 'tar-malformed', extension('x', '99 path=x\n')],
    ['a pax record of length 0', 'tar-malformed', extension('x', '0 path=x\n')],
    ['a pax record without =', 'tar-malformed', extension('x', '7 path\n')],
    ['a pax record without a length', 'tar-malformed', extension('x', 'path=x\n')],
    ['an extended header of 2 GB', 'tar-limit-extension', one({ type: 'x', sizeField: Buffer.from('17777777777') })],
    ['a name longer than PATH_MAX', 'tar-limit-path', one({ path: 'n'.repeat(4096) })],
    ['a link longer than PATH_MAX', 'tar-limit-path', one({ target: 'n'.repeat(4096) })],
    ['a header behind one zero block', 'tar-malformed', Buffer.concat([Buffer.alloc(512), one({})])],
    ['an extended header at the end', 'tar-truncated', extension('x', paxRecord('path', Buffer.from('x')))],
    ['a huge file that is not there', 'tar-truncated', one({ size: 0o77777777777 })],
  ];
  for (const [what, code, bytes] of cases) {
    it(`${what}: ${code}`, () =>
      assert.equal(
        codeOf(() => read(bytes)),
        code,
      ));
  }

  it('never hangs on random or damaged bytes and throws only typed errors', () => {
    const bytes = tarOf(sample);
    const damaged = fc
      .array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) copy[at] = value;
        // Without a good checksum nothing behind it would be reached.
        for (const [at] of changes) {
          const start = at - (at % 512);
          if (copy.toString('latin1', start + 257, start + 262) === 'ustar') seal(copy.subarray(start, start + 512));
        }
        return copy;
      });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), typed));
    fc.assert(fc.property(damaged, typed), { numRuns: 500 });
  });
});
