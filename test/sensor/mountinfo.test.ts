import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';

// The sensor's parser itself, under both sanitizers: what it makes of a text, one array of fields per mount.
const sensor = join(import.meta.dirname, '../../sensor');
let directory: string;
let printer: string;

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-mountinfo-'));
  printer = join(directory, 'print-mountinfo');
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
  const sources = [join(sensor, 'fuzz/print-mountinfo.c'), join(sensor, 'mountinfo.c')];
  execFileSync('cc', ['-std=gnu17', '-D_GNU_SOURCE', '-g', '-O1', ...sanitizers, '-o', printer, ...sources]);
});
after(() => rmSync(directory, { recursive: true }));

function parse(text: string): readonly (readonly string[])[] {
  const fields = execFileSync(printer, { input: Buffer.from(text, 'latin1') })
    .toString('latin1')
    .split('\0')
    .slice(0, -1);
  return Array.from({ length: fields.length / 8 }, (_, i) => fields.slice(i * 8, i * 8 + 8));
}

const overlay =
  '69 46 0:39 / /run/a rw,relatime shared:3 master:1 - overlay overlay rw,lowerdir=/l/1/fs,upperdir=/u/2/fs,workdir=/w';

test('a root overlay, with optional fields', () => {
  assert.deepEqual(parse(`${overlay}\n`), [['69', '46', '39', '/', '/run/a', 'overlay', 'overlay', '/u/2/fs']]);
});

test('the device is in the kernel’s encoding', () => {
  assert.equal(parse('1 0 254:3 / /x rw - ext4 /dev/vda rw')[0]?.[2], String((254 << 20) | 3));
});

test('spaces, tabs, newlines and backslashes come escaped', () => {
  const [mount] = parse('1 0 0:1 /a\\040b /c\\011d\\012e\\134040 rw - tmpfs x\\040y rw,upperdir=/u\\054v\\072');
  assert.deepEqual(mount?.slice(3), ['/a b', '/c\td\ne\\040', 'tmpfs', 'x y', '/u,v:']);
});

test('what is no escape stays as it is', () => {
  assert.equal(parse('1 0 0:1 / /\\400\\08\\x\\000 rw - tmpfs x rw')[0]?.[4], '/\\400\\08\\x\\000');
});

for (const [what, line] of [
  ['an empty line', ''],
  ['no separator', '1 0 0:1 / /x rw shared:1 tmpfs tmpfs rw'],
  ['a number that is too large', '99999999999 0 0:1 / /x rw - tmpfs tmpfs rw'],
  ['a negative number', '-1 0 0:1 / /x rw - tmpfs tmpfs rw'],
  ['a device without a colon', '1 0 01 / /x rw - tmpfs tmpfs rw'],
  ['a major number past twelve bits', '1 0 4096:1 / /x rw - tmpfs tmpfs rw'],
  ['a relative mount point', '1 0 0:1 / x rw - tmpfs tmpfs rw'],
  ['cut behind the type', '1 0 0:1 / /x rw - tmpfs'],
] as const)
  test(`${what} is passed over, and its neighbours are read`, () => {
    const mounts = parse(`${overlay}\n${line}\n${overlay}`);
    assert.equal(mounts.length, 2);
  });

test('any text: no mount without an absolute point, none more than there are lines', () => {
  const piece = fc.constantFrom(
    ' ',
    '\n',
    '\\040',
    '\\',
    '/',
    ':',
    '-',
    ',',
    '=',
    'upperdir',
    '1',
    '0',
    '4294967296',
    overlay,
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const mounts = parse(text);
      assert.ok(mounts.length <= text.split('\n').length);
      for (const mount of mounts) assert.equal(mount[4]?.[0], '/');
    }),
    { numRuns: 60 },
  );
});
