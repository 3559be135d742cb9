import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Head } from '../../src/harden/elf/elf.ts';
import { readElf } from '../../src/harden/elf/read.ts';
import { HeadScanner } from '../../src/harden/elf/scanner.ts';
import { elfOf } from './elf-bytes.ts';

test('what a program needs is read: loader, libraries in order, search paths, what ends threads', () => {
  const bytes = elfOf({
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libssl.so.3', 'libc.so.6'],
    rpath: '$ORIGIN/../lib:/opt/a::/opt/b',
    runpath: '/opt/c',
    names: ['pthread_exit'],
  });
  assert.deepEqual(readElf(bytes), {
    kind: 'elf',
    bits: 64,
    machine: 62,
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libssl.so.3', 'libc.so.6'],
    rpath: ['$ORIGIN/../lib', '/opt/a', '/opt/b'],
    runpath: ['/opt/c'],
    endsThreads: true,
  });
});

test('a static program needs nothing; a name that only ends like one that ends threads is another', () => {
  assert.deepEqual(readElf(elfOf({ static: true, machine: 183 })), {
    kind: 'elf',
    bits: 64,
    machine: 183,
    needed: [],
    rpath: [],
    runpath: [],
    endsThreads: false,
  });
  const other = readElf(elfOf({ names: ['my_pthread_exit', 'pthread_exit_x'] }));
  assert.equal(other.kind === 'elf' && other.endsThreads, false);
});

const broken: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['nothing behind the mark', (bytes) => bytes.subarray(0, 4)],
  ['half a header', (bytes) => bytes.subarray(0, 30)],
  ['a class that is none', (bytes) => changed(bytes, 4, [9])],
  ['a byte order that is none', (bytes) => changed(bytes, 5, [7])],
  ['program headers outside', (bytes) => changed(bytes, 32, [0, 0, 0, 0x7f, 0, 0, 0, 0])],
  ['program headers beyond any file', (bytes) => changed(bytes, 32, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x10])],
  ['program headers of no size', (bytes) => changed(bytes, 54, [0, 0])],
  ['too many program headers', (bytes) => changed(bytes, 56, [0xff, 0xff])],
  ['the dynamic section cut off', (bytes) => bytes.subarray(0, bytes.length - 20)],
];

for (const [name, damage] of broken)
  test(`a broken program is told, and never half read: ${name}`, () => {
    assert.equal(readElf(damage(elfOf({ interpreter: '/lib/ld.so', needed: ['libc.so.6'] }))).kind, 'broken-elf');
  });

function changed(bytes: Buffer, at: number, values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

test('a name that does not end, and one outside the strings, are told', () => {
  const bytes = elfOf({ needed: ['libc.so.6'] });
  const at = bytes.indexOf('libc.so.6');
  // Its DT_NEEDED is the first dynamic entry, right behind the strings.
  const dynamic = at + 'libc.so.6\0'.length;
  assert.equal(readElf(changed(bytes, dynamic + 8, [0xff, 0xff])).kind, 'broken-elf');
  assert.equal(
    readElf(
      changed(
        bytes,
        at,
        Array.from({ length: 10 }, () => 0x41),
      ),
    ).kind,
    'broken-elf',
  );
});

test('damaged programs: any bytes give an answer, with names that lie within bounds', () => {
  const whole = elfOf({ interpreter: '/lib/ld.so', needed: ['liba.so', 'libb.so'], runpath: '$ORIGIN', names: ['x'] });
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const head = readElf(bytes.subarray(0, length));
      if (head.kind === 'broken-elf') return;
      for (const name of [...head.needed, ...head.rpath, ...head.runpath, head.interpreter ?? ''])
        assert.ok(name.length <= 4096 && !name.includes('\0'));
    }),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readElf(Buffer.from(bytes))));
});

function scanned(bytes: Uint8Array, chunk: number): Head | undefined {
  const scanner = new HeadScanner();
  for (let at = 0; at < bytes.length; at += chunk) if (scanner.push(bytes.subarray(at, at + chunk)) === 'done') break;
  const found = scanner.end();
  return found === undefined ? undefined : (JSON.parse(Buffer.from(found).toString('utf8')) as Head);
}

test('the beginning of a file says what it is, however its bytes are cut', () => {
  const elf = elfOf({ needed: ['libc.so.6'] });
  for (const chunk of [1, 3, 7, 4096]) {
    assert.deepEqual(scanned(elf, chunk), readElf(elf));
    assert.deepEqual(scanned(Buffer.from('#!/usr/bin/env -S python3 -u\nprint()\n'), chunk), {
      kind: 'script',
      line: '/usr/bin/env -S python3 -u',
    });
    assert.deepEqual(scanned(Buffer.from('#!/bin/sh'), chunk), { kind: 'script', line: '/bin/sh' });
    for (const data of ['', 'a', '#', 'hello there', '\x7fEL'])
      assert.equal(scanned(Buffer.from(data, 'latin1'), chunk), undefined, data);
    const endless = scanned(Buffer.from(`#!/bin/${'x'.repeat(100_000)}`), chunk);
    assert.ok(endless?.kind === 'script' && endless.line.length < 256);
  }
});

test('what is read of this host’s programs and libraries is what readelf says', () => {
  const libraries = readdirSync('/usr/lib/x86_64-linux-gnu')
    .filter((name) => /^lib[a-m].*\.so\.\d+$/.test(name))
    .slice(0, 40);
  const files = ['/usr/bin/ls', '/usr/bin/perl', ...libraries.map((name) => join('/usr/lib/x86_64-linux-gnu', name))];
  for (const file of new Set(files.map((one) => realpathSync(one)))) {
    const said = execFileSync('readelf', ['-dlW', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const head = readElf(readFileSync(file));
    assert.ok(head.kind === 'elf', file);
    const needed = [...said.matchAll(/\(NEEDED\)\s+Shared library: \[(.*)\]/g)].map((one) => one[1]);
    assert.deepEqual(head.needed, needed, file);
    assert.equal(head.interpreter, /Requesting program interpreter: (.*)\]/.exec(said)?.[1], file);
  }
});
