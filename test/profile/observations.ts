import fc from 'fast-check';
import type {
  CodeInMemory,
  Connected,
  FileUsed,
  Listened,
  Observation,
  Parent,
  ProcessRan,
} from '../../src/profile/index.ts';
import { Recorder, type Recording, recordingOf, type Session } from '../../src/profile/index.ts';

export const subject = `sha256:${'a'.repeat(64)}` as NonNullable<Recording['subject']>;

export const sha = (digit: string): string => digit.repeat(64);

export function ran(path: string, more: Partial<ProcessRan> = {}): ProcessRan {
  return {
    kind: 'process',
    path,
    sha256: sha('1'),
    ofImage: true,
    parent: '@entry',
    argv: [path],
    argvWhole: true,
    uid: 0,
    capabilities: 0n,
    ...more,
  };
}

export function used(path: string, access: FileUsed['access'] = 'read', more: Partial<FileUsed> = {}): FileUsed {
  return { kind: 'file', path, access, ofImage: false, sha256: undefined, ...more };
}

export function ofImage(path: string, access: FileUsed['access'] = 'read'): FileUsed {
  return used(path, access, { ofImage: true });
}

export function connected(address: string, port: number, more: Partial<Connected> = {}): Connected {
  return { kind: 'connection', protocol: 'tcp', address, port, ...more };
}

export function listened(port: number, protocol: Listened['protocol'] = 'tcp'): Listened {
  return { kind: 'listen', protocol, port };
}

export const memory: CodeInMemory = { kind: 'memory' };

export function session(seen: readonly Observation[], run = 'one', replica = 'a', minute = 0): Session {
  const at = (second: number): string => `2026-11-24T10:${String(minute).padStart(2, '0')}:0${second}Z`;
  const recorder = new Recorder({ run, replica, from: at(0) });
  for (const one of seen) recorder.add(one);
  return recorder.session(at(9), ['dns-answers']);
}

export function recording(...sessions: readonly Session[]): Recording {
  return recordingOf(subject, sessions);
}

/** Parts that rules look for, mixed with text that means something to patterns. */
const part = fc.oneof(
  fc.constantFrom('tmp', 'cache', 'data', 'log', 'x', 'worker', 'a*b', 'q{n}', 'back\\slash', '{rot}', '**x', 'é', ' '),
  fc.constantFrom(
    '.log',
    '.1',
    '.2.gz',
    '-20261124',
    '.py',
    '.json',
    '.so.1',
    '.old',
    '__pycache__',
    '.cpython-311.pyc',
  ),
  fc.nat(99_999).map(String),
  fc.constantFrom('0000', '000A', 'deadbeef01'),
  fc.uuid(),
  fc.constantFrom(
    '2026-11-24',
    '2026_11_24_10_11_12.123456789',
    '12:30:01',
    'tmpab12cd34',
    'ccAbCdEf.s',
    'web-7d4b9c6f5d-x2x9z',
  ),
  fc.string({ minLength: 1, maxLength: 6 }).filter((one) => !/[/\0]/.test(one)),
);

const name = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((one) => one !== '.' && one !== '..');

const directory = fc.constantFrom(
  '/tmp',
  '/var/log',
  '/var/lib/app/data',
  '/var/lib/app/data/base',
  '/etc',
  '/usr/share/zoneinfo/Europe',
  '/etc/ssl/certs',
  '/usr/lib/python3.11/json',
  '/usr/lib/python3.11',
  '/usr/lib/x86_64-linux-gnu',
  '/app/node_modules/a',
  '/proc',
  '/dev/shm',
  '/bin',
  '/',
  '/run/secrets',
);

export const path = fc
  .tuple(directory, fc.array(name, { minLength: 1, maxLength: 3 }))
  .map(([base, names]) => `${base === '/' ? '' : base}/${names.join('/')}` as `/${string}`);

const bytes = fc.constantFrom(undefined, sha('1'), sha('2'));

const parent: fc.Arbitrary<Parent> = fc.oneof(fc.constantFrom<Parent>('@entry', '@exec', '@unknown', '/bin/sh'), path);

export const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    kind: fc.constant('process' as const),
    path,
    sha256: bytes,
    ofImage: fc.boolean(),
    parent,
    argv: fc.array(
      fc.oneof(
        name,
        path,
        fc.string({ maxLength: 400 }).map((one) => one.replaceAll('\0', '')),
      ),
      { maxLength: 4 },
    ),
    argvWhole: fc.boolean(),
    uid: fc.constantFrom(0, 33, 999),
    capabilities: fc.constantFrom(0n, 1n, 0xa80425fbn),
  }),
  fc.record({
    kind: fc.constant('file' as const),
    path,
    sha256: bytes,
    ofImage: fc.boolean(),
    access: fc.constantFrom('read' as const, 'write' as const, 'execute' as const),
  }),
  fc.record(
    {
      kind: fc.constant('connection' as const),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'ip-132' as const),
      address: fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.constantFrom('10.1.2.3', '10.1.2.9', '10.9.9.9', 'fd00::1', 'fd00::2', '::ffff:10.1.2.3'),
      ),
      port: fc.constantFrom(0, 53, 443, 5432, 40_001, 40_002),
      name: fc.constantFrom('db.example', 'API.example.', 'not a name'),
      resolver: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'protocol', 'address', 'port'] },
  ),
  fc.record({
    kind: fc.constant('listen' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    port: fc.constantFrom(0, 80, 40_001, 40_002, 50_000),
  }),
  fc.constant(memory),
);

function several<T>(make: (at: number) => T): fc.Arbitrary<readonly T[]> {
  return fc.integer({ min: 2, max: 12 }).map((many) => Array.from({ length: many }, (_, at) => make(at)));
}

/** Much of one kind, as a service does it: what rules for directories, argument lists and ranges look for. */
const crowd: fc.Arbitrary<readonly Observation[]> = fc.oneof(
  several((at) => used(`/var/lib/app/data/name${'abcdefghijklmn'[at]}`, 'write')),
  several((at) => used(`/var/lib/app/data/${'abcdefghijklmn'[at]}dir/file`, at % 2 === 0 ? 'write' : 'read')),
  several((at) => used(`/tmp/${'abcdefghijklmn'[at]}`, 'write')),
  several((at) => ofImage(`/usr/lib/python3.11/pkg${at % 3}/m${at}.py`, 'execute')),
  several((at) => ofImage(`/srv/app/m${at}.py`, at % 3 === 0 ? 'read' : 'execute')),
  several((at) => used(`/srv/app/__pycache__/m${at}.cpython-311.pyc.${at}40123`, 'write')),
  several((at) => used(`/usr/lib/python3.11/pkg/__pycache__/m${at}.cpython-311.pyc`, at % 2 === 0 ? 'write' : 'read')),
  several((at) => ofImage(`/usr/share/app/page${at}.html`)),
  several((at) => (at === 0 ? ran('/usr/sbin/nginx') : used(`/var/lib/nginx/body/${at}`, 'write'))),
  several((at) =>
    at === 0 ? ran('/usr/bin/python3.11') : ofImage(`/x/lib${at === 1 ? 'c.so.6' : 'z.so.1'}`, 'execute'),
  ),
  several((at) => ofImage(`/app/page${'abcdefghijklmn'[at]}.html`)),
  several((at) => used(`/etc/app/archive/fullchain${at}.pem`)),
  several((at) => used(`/etc/app/conf.d/site${at}.conf`, at % 5 === 4 ? 'write' : 'read')),
  several((at) => used(`/data/new/${'abcdefghijklmn'[at]}/x`, at % 2 === 0 ? 'write' : 'read')),
  several((at) => used(`/usr/share/app/page${at}.html`)),
  several((at) => ofImage(`/etc/app/page${at}.conf`)),
  several((at) => ofImage(`/usr/lib/locale/C.utf8/LC_${at}`)),
  several((at) => ofImage(`/usr/lib/x86_64-linux-gnu/libnss_${at}.so.2`, 'execute')),
  several((at) => (at === 0 ? used('/etc/resolv.conf') : ofImage('/etc/nsswitch.conf'))),
  several((at) => ran('/usr/bin/tool', { argv: ['tool', `--key=${'abcdefghijklmn'[at]}`, 'end'] })),
  several((at) => ran('/usr/bin/tool', { argv: Array.from({ length: at }, () => '\\{*') })),
  several((at) => ran('/usr/bin/tool', { argv: ['tool', '-p', String(at * 17), '-n', '5', `--bind=10.0.0.${at}:80`] })),
  several((at) => used(`/srv/site/${'abcdefghijklmn'.charAt(at)}.html`)),
  several((at) => used(`/var/lib/app/data/appendonly.${at}.aof.tmp`, 'write')),
  several((at) => ofImage(`/usr/lib/app/plugin${at}.so`, at % 2 === 0 ? 'execute' : 'read')),
  several((at) => ofImage(at === 0 ? '/usr/lib/gconv/gconv-modules' : `/usr/lib/gconv/UTF-${at}.so`, 'read')),
  several((at) => connected(`10.1.${at % 2}.${at}`, 5432)),
  several((at) => connected(`10.${at}.0.1`, 5432)),
  several((at) => connected(`fd00::${at}`, 443)),
);

/** Some of several runs and replicas; the same name always bears the same session. */
export const sessions: fc.Arbitrary<readonly Session[]> = fc
  .array(fc.tuple(fc.array(observation, { maxLength: 30 }), fc.array(crowd, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) =>
    all.map(([seen, crowds], index) =>
      session([...seen, ...crowds.flat()], `run-${Math.floor(index / 2)}`, `replica-${index % 2}`, index),
    ),
  );
