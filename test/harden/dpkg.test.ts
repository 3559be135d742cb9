import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packageOfInfo, reduceList, reduceStatus, reduceSums } from '../../src/harden/packages/dpkg.ts';
import type { TestEntry } from '../support/tar.ts';
import { elfOf } from './elf-bytes.ts';
import { planned, profileOf } from './planned.ts';

const stanza = (name: string, version = '1', more = ''): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more}`;

const isA = (name: string): boolean => name === 'a';

test('status keeps whole paragraphs byte for byte, whatever stands in them', () => {
  const odd = stanza('b', '2', 'Description: x\n .\n Package: a\nMaintainer: J\u00f6rg\n');
  const bytes = Buffer.concat([
    Buffer.from(`${stanza('a')}\n${odd}\n\n`),
    Buffer.from([0x50, 0xff, 0x0a]),
    Buffer.from(`\n${stanza('c')}`),
  ]);
  assert.equal(reduceStatus(bytes, (name) => name === 'b').toString('utf8'), `${odd}\n`);
  assert.equal(reduceStatus(bytes, (name) => name === 'c').toString('utf8'), `${stanza('c')}\n`);
  assert.equal(reduceStatus(bytes, () => false).length, 0);
  assert.equal(
    reduceStatus(Buffer.from(`${stanza('a')}\r\n\r\n`), (name) => name === 'a').includes('Package: a'),
    true,
  );
});

test('lists keep the lines of what is there', () => {
  const list = Buffer.from('/.\n/usr\n/usr/bin/a\n/usr/bin/b c\n/usr/share/\udc80\n');
  assert.equal(reduceList(list, (path) => path.startsWith('/usr/bin/')).toString(), '/.\n/usr/bin/a\n/usr/bin/b c\n');
  const sum = '0123456789abcdef0123456789abcdef';
  const sums = Buffer.from(`${sum}  usr/bin/a\n\\${sum}  usr/bin/b\\nc\nrubbish\n${sum}  usr/bin/d\n`);
  assert.equal(
    reduceSums(sums, (path) => path !== '/usr/bin/d').toString(),
    `${sum}  usr/bin/a\n\\${sum}  usr/bin/b\\nc\n`,
  );
});

test('names of files below info', () => {
  assert.deepEqual(packageOfInfo('/var/lib/dpkg/info/libc6:amd64.list'), { name: 'libc6', architecture: 'amd64' });
  assert.deepEqual(packageOfInfo('/var/lib/dpkg/info/g++-12.md5sums'), { name: 'g++-12' });
  assert.deepEqual(packageOfInfo('/var/lib/dpkg/status.d/base'), { name: 'base' });
  assert.equal(packageOfInfo('/var/lib/dpkg/status'), undefined);
});

test('any bytes: what is kept of a status is made of its own lines, and doing it again changes nothing', () => {
  const line = fc.constantFrom(
    'Package: a',
    'Package: b',
    'Architecture: amd64',
    ' more',
    '',
    ' ',
    'junk',
    ':',
    'package:a',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.boolean(), (lines, ended) => {
      const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''));
      const once = reduceStatus(bytes, isA);
      const known = new Set([...lines, '']);
      for (const one of once.toString().split('\n')) assert.ok(known.has(one));
      assert.deepEqual(reduceStatus(once, isA), once);
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void reduceStatus(Buffer.from(bytes), () => true)));
});

const info = (name: string, paths: readonly string[]): TestEntry => ({
  path: `var/lib/dpkg/info/${name}.list`,
  content: `${['/.', ...paths].join('\n')}\n`,
});

test('packages of which something stays are told truly, the others not at all', async () => {
  const files: readonly TestEntry[] = [
    { path: 'lib', target: 'usr/lib' },
    { path: 'usr/bin/app', mode: 0o755, content: elfOf({ needed: ['libused.so.1'] }) },
    { path: 'usr/bin/tool', content: 'tool' },
    { path: 'usr/lib/libused.so.1', content: elfOf() },
    { path: 'usr/lib/libused.so', target: 'libused.so.1' },
    { path: 'usr/share/doc/app/copyright', content: 'licence' },
    { path: 'usr/share/doc/app/changelog.gz', content: 'news' },
    { path: 'usr/share/doc/gone/copyright', content: 'licence' },
    { path: 'usr/share/man/man1/app.1', content: 'page' },
    {
      path: 'var/lib/dpkg/status',
      content: ['app', 'libused', 'libused-dev', 'gone'].map((name) => stanza(name)).join('\n'),
    },
    info('app', [
      '/usr/bin/app',
      '/usr/bin/tool',
      '/usr/share/doc/app/copyright',
      '/usr/share/doc/app/changelog.gz',
      '/usr/share/man/man1/app.1',
    ]),
    info('libused:amd64', ['/lib/libused.so.1']),
    info('libused-dev:amd64', ['/usr/lib/libused.so']),
    info('gone', ['/lib', '/usr/share/doc/gone/copyright']),
    { path: 'var/lib/dpkg/info/app.postinst', content: '#!/bin/sh\n' },
  ];
  const plan = await planned({ layers: [files], profile: profileOf({ programs: ['/usr/bin/app'] }) });
  const names = (all: typeof plan.kept): readonly string[] => all.map(({ name }) => name).sort();
  assert.deepEqual(names(plan.kept), ['app', 'libused']);
  assert.deepEqual(names(plan.removed), ['gone', 'libused-dev']);
  const text = (path: string): string => Buffer.from(plan.rewritten.get(path) ?? []).toString();
  assert.equal(text('/var/lib/dpkg/status'), `${stanza('app')}\n${stanza('libused')}\n`);
  assert.equal(text('/var/lib/dpkg/info/app.list'), '/.\n/usr/bin/app\n/usr/share/doc/app/copyright\n');
  assert.equal(text('/var/lib/dpkg/info/libused:amd64.list'), '/.\n/lib/libused.so.1\n');
  for (const path of [
    '/usr/lib/libused.so',
    '/usr/share/doc/gone/copyright',
    '/usr/share/man/man1/app.1',
    '/var/lib/dpkg/info/gone.list',
    '/var/lib/dpkg/info/app.postinst',
  ])
    assert.ok(!plan.reasons.has(path), path);
});

test('packages without dpkg: status.d under any name, Python and npm with their metadata', async () => {
  const site = 'usr/lib/python3/dist-packages';
  const files: readonly TestEntry[] = [
    { path: 'usr/bin/app', mode: 0o755, content: elfOf() },
    { path: 'var/lib/dpkg/status.d/base', content: `Package: app\nVersion: 1\nArchitecture: amd64\n` },
    {
      path: 'var/lib/dpkg/status.d/base.md5sums',
      content: `${'0'.repeat(32)}  usr/bin/app\n${'0'.repeat(32)}  usr/bin/no\n`,
    },
    { path: 'var/lib/dpkg/status.d/other', content: 'Package: other\nVersion: 1\nArchitecture: amd64\n' },
    { path: 'var/lib/dpkg/status.d/other.md5sums', content: `${'0'.repeat(32)}  usr/bin/other\n` },
    { path: 'usr/bin/other', content: 'x' },
    { path: `${site}/used/__init__.py`, content: '' },
    { path: `${site}/used-1.0.dist-info/METADATA`, content: 'Name: used\nVersion: 1.0\n' },
    { path: `${site}/used-1.0.dist-info/RECORD`, content: 'used/__init__.py,,\n' },
    { path: `${site}/idle/__init__.py`, content: '' },
    { path: `${site}/idle-2.0.dist-info/METADATA`, content: 'Name: idle\nVersion: 2.0\n' },
    { path: `${site}/idle-2.0.dist-info/RECORD`, content: 'idle/__init__.py,,\n' },
    { path: 'app/node_modules/a/package.json', content: '{"name":"a","version":"1.0.0"}' },
    { path: 'app/node_modules/a/index.js', content: '' },
    { path: 'app/node_modules/b/package.json', content: '{"name":"b","version":"1.0.0"}' },
    { path: 'app/node_modules/b/index.js', content: '' },
  ];
  const profile = profileOf({
    programs: ['/usr/bin/app'],
    files: { r: [`/${site}/used/__init__.py`, '/app/node_modules/a/index.js'] },
  });
  const plan = await planned({ layers: [files], profile });
  assert.deepEqual(plan.kept.map(({ name }) => name).sort(), ['a', 'app', 'used']);
  assert.equal(
    Buffer.from(plan.rewritten.get('/var/lib/dpkg/status.d/base.md5sums') ?? []).toString(),
    `${'0'.repeat(32)}  usr/bin/app\n`,
  );
  for (const path of [
    `/${site}/used-1.0.dist-info/METADATA`,
    `/${site}/used-1.0.dist-info/RECORD`,
    '/app/node_modules/a/package.json',
    '/var/lib/dpkg/status.d/base',
  ])
    assert.ok(plan.reasons.has(path), path);
  for (const path of [
    `/${site}/idle-2.0.dist-info/METADATA`,
    '/app/node_modules/b/package.json',
    '/var/lib/dpkg/status.d/other',
    '/var/lib/dpkg/status.d/other.md5sums',
  ])
    assert.ok(!plan.reasons.has(path), path);
});
