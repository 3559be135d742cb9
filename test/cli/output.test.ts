import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exitOf, failureOf, printable, table } from '../../src/cli/output/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';

test('text from outside can not drive the terminal', () => {
  assert.equal(printable('a\x1b[2Jb\r\n\x9b'), 'a\\x1b[2Jb\\x0d\\x0a\\x9b');
  assert.equal(printable('user\u202egpj.exe'), 'user\\u{202e}gpj.exe');
  assert.equal(printable('/srv/größe 漢字'), '/srv/größe 漢字');
  const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !obeyed.test(printable(text))));
});

test('a table aligns by what is seen, colours left aside', () => {
  const columns = [{ title: 'name' }, { title: 'size', align: 'right' }] as const;
  const rows = [
    ['\x1b[31mab\x1b[39m', '7'],
    ['abcdef', '1234'],
  ];
  assert.equal(table(columns, rows, undefined), 'name    size\n\x1b[31mab\x1b[39m         7\nabcdef  1234\n');
});

test('on a narrow screen only the column that may shrink is cut, and no line is wider', () => {
  const columns = [{ title: 'code' }, { title: 'path', shrinks: true }] as const;
  const path = '/usr/lib/x86_64-linux-gnu/libssl.so.3';
  const [, line = ''] = table(columns, [['changed', path]], 30).split('\n');
  assert.equal(line.length, 30);
  assert.match(line, /^changed {2}\/usr\/l.*….*libssl\.so\.3$/);
  assert.ok(table(columns, [['changed', path]], undefined).includes(path));
});

test('an error of ours keeps code, place and remedy; any other is internal', () => {
  const ours = new HoldfastError('digest-malformed', 'too short', { place: 'argument 1' });
  assert.deepEqual(failureOf(ours), {
    code: 'digest-malformed',
    message: 'too short',
    place: 'argument 1',
    remedy: ours.remedy,
  });
  assert.equal(exitOf(ours), 2);
  const other = failureOf(new TypeError('x is not a function'));
  assert.equal(other.code, 'internal');
  assert.match(other.place ?? '', /output\.test\.ts/);
  assert.equal(exitOf(new TypeError('x')), 3);
  assert.equal(exitOf(new DOMException('stopped', 'AbortError')), 130);
});
