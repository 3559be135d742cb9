import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileHashEvent, FileVersion } from '../../src/sensor/index.ts';
import { HashBook } from '../../src/watch/hashes.ts';
import type { Content } from '../../src/watch/model.ts';

const file: FileVersion = {
  dev: 1n,
  ino: 2n,
  ctime: 3n,
  gen: 4,
  mode: 0,
  place: 'lower',
  unlinked: false,
  noCtime: false,
  noGen: false,
};
const flags = { snapshot: false, hostMountNamespace: false, outside: false, coarse: false, truncated: false };

function hashed(version: FileVersion, sha256: string, status: FileHashEvent['status'] = 'ok'): FileHashEvent {
  const common = { type: 'file-hash', seq: 0n, time: 0n, container: 0n, containerSeq: 0, flags } as const;
  const rest = { file: version, size: 5, status, micros: 1, path: '', detail: '' };
  return { ...common, ...rest, ...(status === 'ok' ? { sha256 } : {}) };
}

function ask(book: HashBook, version: FileVersion, now = 0): Content[] {
  const got: Content[] = [];
  book.ask(version, now, (content) => got.push(content));
  return got;
}

test('the hash may come before or after', () => {
  const book = new HashBook();
  const waiting = ask(book, file);
  assert.deepEqual(waiting, []);
  book.deliver(hashed(file, 'aa'), 0);
  assert.deepEqual(waiting, [{ known: true, sha256: 'aa', size: 5 }]);
  assert.deepEqual(ask(book, file), [{ known: true, sha256: 'aa', size: 5 }]);
  assert.equal(book.pending, 0);
});

test('another version of the file is another file', () => {
  const book = new HashBook();
  book.deliver(hashed(file, 'aa'), 0);
  const modified = { ...file, ctime: 9n };
  assert.deepEqual(ask(book, modified), []);
  book.deliver(hashed(modified, 'bb'), 0);
  assert.deepEqual(ask(book, file), [{ known: true, sha256: 'aa', size: 5 }]);
  assert.deepEqual(ask(book, modified), [{ known: true, sha256: 'bb', size: 5 }]);
});

test('where the kernel shows no ctime or generation, the newest version counts', () => {
  const book = new HashBook();
  book.deliver(hashed(file, 'aa'), 0);
  book.deliver(hashed({ ...file, ctime: 9n }, 'bb'), 0);
  assert.deepEqual(ask(book, { ...file, ctime: 0n, noCtime: true }), [{ known: true, sha256: 'bb', size: 5 }]);
  assert.deepEqual(ask(book, { ...file, gen: 0, noGen: true }), [{ known: true, sha256: 'aa', size: 5 }]);
});

test('a wait is bounded', () => {
  const book = new HashBook();
  const waiting = ask(book, file, 1000);
  book.expire(15_999);
  assert.deepEqual(waiting, []);
  book.expire(16_000);
  assert.deepEqual(waiting, [{ known: false, reason: 'hash-late' }]);
  assert.equal(book.pending, 0);
  book.deliver(hashed(file, 'aa'), 0);
  assert.equal(waiting.length, 1, 'told once');
});

test('a full queue is not remembered: the next sight may be hashed', () => {
  const book = new HashBook();
  const first = ask(book, file);
  book.deliver(hashed(file, '', 'backlog'), 0);
  book.expire(2000);
  assert.deepEqual(first, [{ known: false, reason: 'hash-backlog' }]);
  const second = ask(book, file);
  book.deliver(hashed(file, 'aa'), 0);
  assert.deepEqual(second, [{ known: true, sha256: 'aa', size: 5 }]);
});

test('so many wait and no more', () => {
  const book = new HashBook();
  const all = Array.from({ length: 8193 }, (_, n) => ask(book, { ...file, ino: BigInt(n) }));
  assert.deepEqual(all.at(-1), [{ known: false, reason: 'hash-late' }]);
  assert.equal(book.pending, 8192);
});

test('a version that was overtaken is told by the bytes of a later one, as such', () => {
  const unlinked = { ...file, ctime: 9n };
  for (const status of ['changing', 'gone', 'backlog'] as const) {
    const before = new HashBook();
    const waiting = ask(before, file);
    before.deliver(hashed(file, '', status), 0);
    assert.deepEqual(waiting, [], status);
    before.deliver(hashed(unlinked, 'aa'), 0);
    assert.deepEqual(waiting, [{ known: true, sha256: 'aa', size: 5, later: true }], status);
    assert.equal(before.pending, 0);

    const after = new HashBook();
    after.deliver(hashed(unlinked, 'aa'), 0);
    const asked = ask(after, file);
    after.deliver(hashed(file, '', status), 0);
    assert.deepEqual(asked, [{ known: true, sha256: 'aa', size: 5, later: true }], status);
  }
});

test('what was overtaken and never read again stays unknown, after a bounded wait', () => {
  const book = new HashBook();
  const waiting = ask(book, file);
  book.deliver(hashed(file, '', 'gone'), 100);
  book.expire(2000);
  assert.deepEqual(waiting, []);
  book.expire(2100);
  assert.deepEqual(waiting, [{ known: false, reason: 'hash-gone' }]);
});

test('an earlier version, and another file at the same inode number, stand in for nothing', () => {
  for (const other of [
    { ...file, ctime: 1n },
    { ...file, ctime: 9n, gen: 5 },
  ]) {
    const book = new HashBook();
    book.deliver(hashed(other, 'aa'), 0);
    const waiting = ask(book, file);
    book.deliver(hashed(file, '', 'gone'), 0);
    book.deliver(hashed(other, 'aa'), 0);
    assert.deepEqual(waiting, []);
  }
});
