import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEntry } from '../support/tar.ts';
import { elfOf } from './elf-bytes.ts';
import { type PlanSpec, planned, profileOf, staying } from './planned.ts';

const program = (path: string, spec: Parameters<typeof elfOf>[0] = {}): TestEntry => ({
  path,
  mode: 0o755,
  content: elfOf(spec),
});
const library = (path: string, spec: Parameters<typeof elfOf>[0] = {}): TestEntry => ({ path, content: elfOf(spec) });
const link = (path: string, target: string): TestEntry => ({ path, target });
const script = (path: string, line: string, mode = 0o755): TestEntry => ({
  path,
  mode,
  content: `#!${line}\ntrue\n`,
});
const file = (path: string, content = path): TestEntry => ({ path, content });

async function kept(
  files: readonly TestEntry[],
  programs: readonly string[],
  more: Partial<PlanSpec> = {},
): Promise<readonly string[]> {
  const plan = await planned({ layers: [files], profile: profileOf({ programs }), ...more });
  return staying(plan, [files]);
}

test('libraries come with their own, by the links that name them, for the same machine only', async () => {
  const files = [
    link('lib', 'usr/lib'),
    link('lib64', 'usr/lib64'),
    program('usr/bin/app', { interpreter: '/lib64/ld.so.2', needed: ['liba.so.1', 'libc.so.6'] }),
    program('usr/bin/other', { needed: ['libother.so'] }),
    library('usr/lib64/ld.so.2'),
    link('usr/lib/x86_64-linux-gnu/liba.so.1', 'liba.so.1.2.3'),
    library('usr/lib/x86_64-linux-gnu/liba.so.1.2.3', { needed: ['libb.so.2'] }),
    library('usr/lib/x86_64-linux-gnu/libb.so.2', { needed: ['liba.so.1'] }),
    library('usr/lib/aarch64-linux-gnu/libb.so.2', { machine: 183 }),
    library('usr/lib/x86_64-linux-gnu/libc.so.6'),
    library('usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libb.so.2'),
    library('usr/lib/x86_64-linux-gnu/sub/libb.so.2'),
    library('usr/lib/x86_64-linux-gnu/libother.so'),
    file('usr/lib/x86_64-linux-gnu/libunused.so'),
  ];
  assert.deepEqual(await kept(files, ['/usr/bin/app']), [
    '/lib',
    '/lib64',
    '/usr/bin/app',
    '/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libb.so.2',
    '/usr/lib/x86_64-linux-gnu/liba.so.1',
    '/usr/lib/x86_64-linux-gnu/liba.so.1.2.3',
    '/usr/lib/x86_64-linux-gnu/libb.so.2',
    '/usr/lib/x86_64-linux-gnu/libc.so.6',
    '/usr/lib64/ld.so.2',
  ]);
});

test('search paths: RPATH of who loads, RUNPATH before the system, ld.so.conf with its includes, the environment', async () => {
  const files = [
    program('app/bin/main', { needed: ['libown.so'], rpath: '$ORIGIN/../lib' }),
    library('app/lib/libown.so', { needed: ['libdeep.so'] }),
    library('app/lib/libdeep.so'),
    library('usr/lib/libdeep.so'),
    program('app/bin/second', { needed: ['libconf.so', 'librun.so', 'libenv.so'], runpath: '${ORIGIN}/run' }),
    library('app/bin/run/librun.so'),
    library('usr/lib/librun.so'),
    library('opt/conf/libconf.so'),
    library('opt/env/libenv.so'),
    library('opt/none/libenv.so'),
    file('etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n'),
    file('etc/ld.so.conf.d/app.conf', '# comment\n/opt/conf\n'),
  ];
  const config = { Env: ['LD_LIBRARY_PATH=/opt/env'] };
  assert.deepEqual(await kept(files, ['/app/bin/main', '/app/bin/second'], { config }), [
    '/app/bin/main',
    '/app/bin/run/librun.so',
    '/app/bin/second',
    '/app/lib/libdeep.so',
    '/app/lib/libown.so',
    '/opt/conf/libconf.so',
    '/opt/env/libenv.so',
  ]);
});

test('a program that ends threads needs libgcc_s, which only the C library names; what is nowhere is said', async () => {
  const files = [
    program('app', { needed: ['libgone.so'], names: ['pthread_exit'] }),
    library('usr/lib/libgcc_s.so.1'),
    library('usr/lib/libc.so.6', { names: ['pthread_exit'] }),
    file('broken', '\x7fELF and nothing else'),
  ];
  const plan = await planned({ layers: [files], profile: profileOf({ programs: ['/app', '/broken'] }) });
  assert.deepEqual(staying(plan, [files]), ['/app', '/broken', '/usr/lib/libgcc_s.so.1']);
  assert.deepEqual(
    plan.unresolved.map(({ path, what }) => `${path}: ${what.replace(/ read:.*/, ' read')}`),
    ['/app: no libgone.so that it needs', '/broken: a program that can not be read'],
  );
});

test('scripts need their interpreters, also those that env looks for; text that is not run needs none', async () => {
  const files = [
    script('run', '/usr/bin/env -S python3 -u'),
    script('shell', ' /bin/sh -e'),
    script('data', '/usr/bin/perl', 0o644),
    program('usr/bin/env'),
    link('usr/bin/python3', 'python3.11'),
    program('usr/bin/python3.11'),
    program('usr/bin/perl'),
    link('bin/sh', 'dash'),
    program('bin/dash'),
    program('bin/bash'),
  ];
  const profile = profileOf({ programs: ['/run', '/shell'], files: { r: ['/data'] } });
  assert.deepEqual(staying(await planned({ layers: [files], profile }), [files]), [
    '/bin/dash',
    '/bin/sh',
    '/data',
    '/run',
    '/shell',
    '/usr/bin/env',
    '/usr/bin/python3',
    '/usr/bin/python3.11',
  ]);
});

test('symlinks: chains stay whole, other names stay with what they name, circles and ways out end', async () => {
  const files = [
    program('opt/real'),
    link('etc/alternatives/app', '/opt/real'),
    link('usr/bin/app', '/etc/alternatives/app'),
    link('usr/bin/out', '../../../../../../opt/real'),
    link('usr/bin/unused', '/opt/unused'),
    program('opt/unused'),
    link('loop/a', 'b'),
    link('loop/b', 'a'),
    link('self', 'self'),
    link('up', '..'),
    link('nowhere', '/not/there'),
  ];
  const profile = profileOf({
    programs: ['/usr/bin/app'],
    files: { r: ['/loop/a', '/self/x', '/up/up/opt/real', '/nowhere'] },
  });
  const plan = await planned({ layers: [files], profile });
  assert.deepEqual(staying(plan, [files]), [
    '/etc/alternatives/app',
    '/loop/a',
    '/loop/b',
    '/nowhere',
    '/opt/real',
    '/self',
    '/up',
    '/usr/bin/app',
    '/usr/bin/out',
  ]);
});

test('patterns keep what they stand for; a plug-in of one stays where what it needs is needed too', async () => {
  const files = [
    file('srv/site/index.html'),
    file('srv/site/deep/page.html'),
    file('srv/other.html'),
    library('usr/lib/app/plugins/seen.so', { needed: ['libc.so.6', 'libown.so'] }),
    library('usr/lib/app/plugins/useless.so', { needed: ['libc.so.6', 'libheavy.so'] }),
    library('usr/lib/app/plugins/libown.so', {}),
    program('app', { needed: ['libc.so.6'], rpath: '/usr/lib/app/plugins' }),
    library('usr/lib/libown.so'),
    library('usr/lib/libc.so.6'),
    library('usr/lib/libheavy.so'),
  ];
  const files2 = files.filter(({ path }) => path !== 'usr/lib/libown.so');
  const profile = profileOf({
    programs: ['/app'],
    files: { r: ['/srv/site/**'], rxi: ['/usr/lib/app/plugins/*.so', '/usr/lib/libown.so'] },
  });
  assert.deepEqual(staying(await planned({ layers: [files], profile }), [files2]), [
    '/app',
    '/srv/site/deep/page.html',
    '/srv/site/index.html',
    '/usr/lib/app/plugins/libown.so',
    '/usr/lib/app/plugins/seen.so',
    '/usr/lib/libc.so.6',
  ]);
  assert.deepEqual(
    [...(await planned({ layers: [files], profile })).useless.keys()],
    ['/usr/lib/app/plugins/useless.so'],
  );
});

test('the image still starts: entrypoint, command, working directory, users, name service, places', async () => {
  const files = [
    { path: 'start.sh', mode: 0o755, content: '#!/bin/sh\nexec "$@"\n' },
    program('bin/sh'),
    program('usr/sbin/served'),
    file('etc/served.conf'),
    file('etc/passwd', 'app:x:1000:1000::/home/app:/bin/false\n'),
    file('etc/nsswitch.conf', 'hosts: files [NOTFOUND=return] mdns4 # dns\npasswd: files\n'),
    library('usr/lib/libnss_mdns4.so.2'),
    library('usr/lib/libnss_dns.so.2'),
    { path: 'work/', mode: 0o750 },
    { path: 'home/app/', mode: 0o700 },
    { path: 'var/lib/served/', mode: 0o700 },
    { path: 'usr/share/empty/', mode: 0o755 },
  ];
  const config = { Entrypoint: ['/start.sh'], Cmd: ['served', '/etc/served.conf'], WorkingDir: '/work' };
  const plan = await planned({ layers: [files], config });
  assert.deepEqual(staying(plan, [files]), [
    '/bin/sh',
    '/etc/nsswitch.conf',
    '/etc/passwd',
    '/etc/served.conf',
    '/start.sh',
    '/usr/lib/libnss_mdns4.so.2',
    '/usr/sbin/served',
  ]);
  for (const path of ['/', '/work', '/home/app', '/var/lib/served']) assert.ok(plan.reasons.has(path), path);
  assert.ok(!plan.reasons.has('/usr/share/empty'));
});

test('the recipe: kept below a directory, removed against any need, shells on demand; what is not there is told', async () => {
  const files = [
    program('app', { needed: ['libc.so.6'] }),
    library('usr/lib/libc.so.6'),
    link('lib', 'usr/lib'),
    file('srv/a'),
    file('srv/deep/b'),
    program('bin/sh'),
    program('bin/bash'),
  ];
  const profile = profileOf({ programs: ['/app'] });
  const options = { keep: ['/srv', '/gone'], remove: ['/lib/libc.so.6', '/srv/deep'], shell: 'keep' } as const;
  const plan = await planned({
    layers: [files],
    profile,
    options: { ...options, keep: [...options.keep], remove: [...options.remove] },
  });
  assert.deepEqual(staying(plan, [files]), ['/app', '/bin/bash', '/bin/sh', '/srv/a']);
  assert.deepEqual(plan.absent, ['/gone']);
});

test('a TLS library brings certificates and its configuration, keys left out', async () => {
  const files = [
    program('app', { needed: ['libssl.so.3'] }),
    library('usr/lib/libssl.so.3'),
    file('etc/ssl/certs/ca-certificates.crt'),
    link('etc/ssl/certs/one.pem', '/usr/share/ca-certificates/one.crt'),
    file('usr/share/ca-certificates/one.crt'),
    file('etc/ssl/openssl.cnf'),
    file('etc/ssl/private/key.pem'),
    link('usr/lib/ssl/certs', '/etc/ssl/certs'),
  ];
  assert.deepEqual(
    await kept(files, ['/app']),
    files
      .map(({ path }) => `/${String(path)}`)
      .filter((path) => path !== '/etc/ssl/private/key.pem')
      .sort(),
  );
  assert.deepEqual(await kept(files.slice(1), []), []);
});

test('modules of a language: packages that were seen stay whole, others go, bytecode keeps what it was made from', async () => {
  const root = 'usr/lib/python3/dist-packages';
  const owned = (name: string, paths: readonly string[]): readonly TestEntry[] => [
    ...paths.map((path) => file(`${root}/${path}`)),
    file(`${root}/${name}-1.0.dist-info/METADATA`, `Name: ${name}\nVersion: 1.0\n`),
    file(`${root}/${name}-1.0.dist-info/RECORD`, paths.map((path) => `${path},,\n`).join('')),
  ];
  const files = [
    ...owned('used', ['used/__init__.py', 'used/late.py']),
    ...owned('other', ['other/__init__.py']),
    ...owned('pair', ['pair/__init__.py', '_pair/__init__.py']),
    file(`${root}/nobodys/__init__.py`),
    file(`${root}/used/__pycache__/late.cpython-311.pyc`),
    file(`${root}/other/__pycache__/__init__.cpython-311.pyc`),
    file('app/__pycache__/main.cpython-311.pyc'),
    file('app/main.py'),
    file('app/test.py'),
    { ...file(`${root}/used/tool.py`, '#!/usr/bin/env python3\n'), mode: 0o755 },
    program('usr/bin/env'),
  ];
  const seen = profileOf({
    files: { r: ['/app/__pycache__/main.cpython-311.pyc'], xi: [`/${root}/used/**`, `/${root}/pair/**`] },
  });
  const wide = { ...profileOf({ files: { xi: [`/usr/lib/python3/**`] } }).files[0], count: 0, runs: 0 };
  assert.ok(wide.pattern !== undefined);
  const profile = {
    ...seen,
    rules: ['language-modules'],
    files: [...seen.files, { ...wide, rules: ['language-modules'] }],
  } as typeof seen;
  const stay = staying(await planned({ layers: [files], profile }), [files]);
  assert.deepEqual(
    stay.map((path) => path.replace(`/${root}`, '')),
    [
      '/app/__pycache__/main.cpython-311.pyc',
      '/app/main.py',
      '/_pair/__init__.py',
      '/nobodys/__init__.py',
      '/pair-1.0.dist-info/METADATA',
      '/pair-1.0.dist-info/RECORD',
      '/pair/__init__.py',
      '/used-1.0.dist-info/METADATA',
      '/used-1.0.dist-info/RECORD',
      '/used/__init__.py',
      '/used/__pycache__/late.cpython-311.pyc',
      '/used/late.py',
      '/used/tool.py',
    ],
  );
});
