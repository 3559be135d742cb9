import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files, linesOf, textOf } from './tree.ts';

const forbidden = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'shared', 'stuff'];

const allNamed = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => path.split(/[/.]/).some((part) => forbidden.includes(part.toLowerCase())));

test('no file or folder has a name that says nothing', () => {
  const paths = files('{src,test,scripts,bench,sensor,web,deploy,docs}/**/*');
  assert.ok(paths.length > 20);
  assert.deepEqual(allNamed(paths), []);
  assert.deepEqual(allNamed(['src/oci/utils.ts', 'test/helpers/a.ts', 'src/oci/digest.ts']).length, 2);
});

/** Over 300 lines and right so: each with the reason why it is not two files. */
const longFiles: Readonly<Record<string, string>> = {
  'src/errors/codes.ts': 'one list',
  'sensor/frames.h': 'the wire format, read as one',
  'sensor/bpf/vmlinux.h': 'the kernel’s types, as it lays them out',
};
const limit = 300;

test(`files are small: over ${limit} lines needs a reason, the median is under 120`, () => {
  const sizes = files('{src,scripts,bench,sensor}/**/*.{ts,c,h,sh}').map((path) => ({ path, lines: linesOf(path) }));
  const long = sizes.filter(({ path, lines }) => lines > limit && longFiles[path] === undefined);
  assert.deepEqual(long, []);
  const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
  assert.ok((sorted[Math.floor(sorted.length / 2)] ?? 0) < 120);
});

test('no test is marked to run alone, and none is put off', () => {
  const marked = files('test/**/*.test.ts').filter((path) =>
    /\b(?:test|it|describe|suite)\.(?:only|todo)\(/.test(textOf(path)),
  );
  assert.deepEqual(marked, []);
});
