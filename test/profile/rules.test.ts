import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compileProfile,
  type GeneraliseOptions,
  generalise,
  judgeObservation,
  type Observation,
  type RuleName,
  ruleNames,
} from '../../src/profile/index.ts';
import { connected, listened, ofImage, ran, recording, session, used } from './observations.ts';

type Case = {
  readonly seen: readonly Observation[];
  /** Entries that come of it. */
  readonly entries: readonly string[];
  readonly later?: readonly Observation[];
  readonly never?: readonly Observation[];
  readonly options?: GeneraliseOptions;
};

const letters = [...Array(9).keys()].map((at) => 'abcdefghi'.charAt(at));
const pod = '/var/lib/app/web-7d4b9c6f5d-x2x9z';

/** For each rule what it makes of what was seen, what is allowed later therefore, and what is not even so. */
const cases: Readonly<Record<RuleName, Case>> = {
  aliases: {
    options: { links: new Map([['/bin', 'usr/bin'], ['/var/run', '/run']]) }, // biome-ignore format: short
    seen: [ran('/bin/web'), used('/var/run/web.sock')],
    entries: ['/usr/bin/web', '/run/web.sock r'],
    later: [ran('/usr/bin/web', { argv: ['/bin/web'] }), used('/run/web.sock')],
    never: [ran('/sbin/web', { argv: ['/bin/web'] })],
  },
  'process-ids': {
    seen: [used('/proc/123/status'), used('/dev/pts/4', 'write')],
    entries: ['/dev/pts/{n} w', '/proc/{n}/status r'],
    later: [used('/proc/4/status')],
    never: [used('/proc/4/mem'), used('/proc/kcore')],
  },
  identifiers: {
    seen: [used('/data/4fd1ef9c-56a4-4d1b-b8b0-9f2f3a1c2d3e.json', 'write')],
    entries: ['/data/{uuid}.json w'],
    later: [used('/data/00000000-56a4-4d1b-b8b0-9f2f3a1c2d3e.json')],
    never: [used('/data/4fd1ef9c.json', 'write')],
  },
  digests: {
    seen: [
      used('/store/c/29/b7f54b2df7773722d382f4809d65029c', 'write'),
      used('/wal/000000010000000000000001', 'write'),
    ],
    entries: ['/store/{hex}/{hex}/{hex} w', '/wal/{hex} w'],
    later: [
      used('/store/0/aa/00f54b2df7773722d382f4809d65029c', 'write'),
      used('/wal/00000001000000000000000A', 'write'),
    ],
    never: [used('/store/x/29/b7f54b2df7773722d382f4809d65029c', 'write'), used('/wal/authorized_keys', 'write')],
  },
  dates: {
    seen: [
      used('/etc/tls/..2026_11_24_18_00_00.123456789/tls.crt'),
      used('/data/dump-2026-11-24T12:30:01.sql', 'write'),
    ],
    entries: ['/data/dump-{date}T{time}.sql w', '/etc/tls/..{date}_{time}.{n}/*.crt r'],
    later: [used('/etc/tls/..2027_01_02_03_04_05.1/tls.crt'), used('/data/dump-2027-01-01T00:00:00.sql', 'write')],
    never: [used('/etc/tls/..2027_01_02_03_04_05.1/tls.key'), used('/data/dump-now.sql', 'write')],
  },
  'temporary-names': {
    seen: [
      used('/tmp/tmpab12cd34/x', 'write'),
      used('/var/tmp/ccAbCdEf.s', 'write'),
      used('/data/.conf.Xy12Zw', 'write'),
      used('/run/web.pid', 'write'),
      ran('/bin/a', { argv: ['a', '--init=/tmp/init.Ab12Cd.sql'] }),
    ],
    entries: [
      '/bin/a: a --init=/tmp/init.{rnd}.sql',
      '/data/.conf.{rnd} w',
      '/run/web.pid w',
      '/run/web.pid.tmp rw',
      '/run/web.pid.{rnd} rw',
      '/tmp/tmp{rnd}/x w',
      '/var/tmp/cc{rnd}.s w',
    ],
    later: [
      used('/tmp/tmp_9_x8y7z/x', 'write'),
      used('/data/.conf.AAaa00', 'write'),
      used('/run/web.pid.1B2vHr', 'write'),
      ran('/bin/a', { argv: ['a', '--init=/tmp/init.pueJ22.sql'] }),
    ],
    never: [
      used('/tmp/evil/x', 'write'),
      used('/data/conf', 'write'),
      used('/run/web.sh', 'write'),
      ran('/bin/a', { argv: ['a', '--init=/data/init.pueJ22.sql'] }),
      ran('/bin/a', { argv: ['a', '--init=/tmp/../init.pueJ22.sql'] }),
    ],
  },
  'pod-names': {
    seen: [used(`${pod}/log`, 'read')],
    entries: ['/var/lib/app/web-{pod}/log r'],
    later: [used('/var/lib/app/web-5f6d7c8b9d-abcd2/log')],
    never: [used('/var/lib/app/db-5f6d7c8b9d-abcd2/log')],
  },
  'log-rotation': {
    seen: [used('/var/log/nginx/access.log', 'write'), used('/data/app.out.2.gz', 'write')],
    entries: ['/data/app.out{rot} w', '/var/log/nginx/access.log{rot} w'],
    later: ['.1', '.2.gz', '-20261124', '-20261124.xz', '.old', ''].map((end) =>
      used(`/var/log/nginx/access.log${end}`, 'write'),
    ),
    never: [used('/var/log/nginx/access.log.php', 'write'), used('/var/log/nginx/error.log', 'write')],
  },
  addresses: {
    seen: [
      ran('/bin/a', { argv: ['a', '--bind=10.1.2.3:80', '--to=192.0.2.1'] }),
      used('/srv/x/host-10.1.2.3', 'write'),
    ],
    entries: ['/bin/a: a --bind={ip}:80 --to=192.0.2.1', '/srv/x/host-{ip} w'],
    later: [ran('/bin/a', { argv: ['a', '--bind=172.16.0.255:80', '--to=192.0.2.1'] })],
    never: [
      ran('/bin/a', { argv: ['a', '--bind=10.1.2.3:81', '--to=192.0.2.1'] }),
      ran('/bin/a', { argv: ['a', '--bind=10.1.2.3:80', '--to=192.0.2.9'] }),
    ],
  },
  'varying-numbers': {
    seen: [7, 123, 4567].map((pid) => ran('/bin/a', { argv: ['a', '-n', '5', '-p', String(pid)] })),
    entries: ['/bin/a: a -n 5 -p {n}'],
    later: [ran('/bin/a', { argv: ['a', '-n', '5', '-p', '9'] })],
    never: [ran('/bin/a', { argv: ['a', '-n', '6', '-p', '9'] }), ran('/bin/a', { argv: ['a', '-n', '5', '-p', 'x'] })],
  },
  'own-directory': {
    seen: [used('/data/redis/temp-12.rdb', 'write'), used('/run/app/x', 'write'), used('/etc/app/y', 'write')],
    entries: ['/data/redis/* r', '/data/redis/temp-{n}.rdb w', '/run/app/x w', '/etc/app/y w'],
    later: [used('/data/redis/dump.rdb')],
    never: [
      used('/data/redis/dump.rdb', 'write'),
      used('/run/app/token'),
      used('/etc/app/key'),
      used('/data/redis/a/b'),
    ],
  },
  versions: {
    seen: [used('/opt/jars/lib-1.2.3.jar', 'write')],
    entries: ['/opt/jars/lib-{ver}.jar w'],
    later: [used('/opt/jars/lib-10.0.jar')],
    never: [used('/opt/jars/lib-evil.jar', 'write')],
  },
  numbers: {
    seen: [used('/data/temp-123.rdb', 'write'), used('/etc/app/key1.pem')],
    entries: ['/data/temp-{n}.rdb w', '/etc/app/key1.pem r'],
    later: [used('/data/temp-9.rdb', 'write')],
    never: [used('/data/temp-x.rdb', 'write'), used('/etc/app/key2.pem')],
  },
  'python-bytecode': {
    seen: [ofImage('/srv/app/main.py', 'execute')],
    entries: ['/srv/app/**/*.py rxi', '/srv/app/**/__pycache__/* rwxi'],
    later: [
      used('/srv/app/__pycache__/main.cpython-311.pyc.140123', 'write'),
      ofImage('/srv/app/__pycache__/main.cpython-311.pyc', 'execute'),
    ],
    never: [used('/srv/app/__pycache__/evil.pyc', 'execute', { sha256: 'e'.repeat(64) })],
  },
  'image-directory': {
    seen: ['a', 'b', 'c', 'd'].map((one) => ofImage(`/www/${one}.html`)),
    entries: ['/www/*.html ri'],
    later: [ofImage('/www/other.html')],
    never: [used('/www/dropped.html'), ofImage('/www/config.php'), used('/www/a.html', 'write')],
  },
  'language-modules': {
    seen: ['json/a', 'json/b', 'os', 'ssl'].map((one) => ofImage(`/usr/lib/python3.11/${one}.py`, 'execute')),
    entries: [
      '/usr/lib/python3.11/* xi',
      '/usr/lib/python3.11/** xi',
      '/usr/lib/python3.11/**/__pycache__/* rwxi',
      '/usr/lib/python3.11/json/** xi',
    ],
    later: [
      ofImage('/usr/lib/python3.11/sqlite3/x.py', 'execute'),
      used('/usr/lib/python3.11/ssl/__pycache__/a.pyc', 'write'),
    ],
    never: [
      used('/usr/lib/python3.11/evil.py', 'execute', { sha256: 'e'.repeat(64) }),
      used('/usr/lib/python3.11/evil.py', 'write'),
    ],
  },
  'application-modules': {
    seen: [ofImage('/srv/app/main.cjs', 'execute'), ofImage('/srv/app/lib/page.cjs', 'execute')],
    entries: ['cjs', 'js', 'json', 'mjs'].map((one) => `/srv/app/**/*.${one} rxi`),
    later: [ofImage('/srv/app/lib/deep/late.js', 'execute'), ofImage('/srv/app/data.json')],
    never: [
      used('/srv/app/lib/evil.cjs', 'execute', { sha256: 'e'.repeat(64) }),
      used('/srv/app/lib/evil.cjs', 'write'),
      ofImage('/srv/app/.env'),
      ofImage('/srv/other/main.cjs', 'execute'),
      ofImage('/srv/app/tool.sh', 'execute'),
    ],
  },
  'image-data': {
    options: { isImageDirectory: (path) => path === '/usr/share/web' },
    seen: [
      ofImage('/srv/www/index.html'),
      ofImage('/app/page.html'),
      ofImage('/etc/app/words.txt'),
      ran('/usr/bin/web2.4'),
    ],
    entries: ['/app/page.html r', '/etc/app/words.txt r', '/srv/www/** ri', '/usr/bin/web2.4', '/usr/share/web/** ri'],
    later: [
      ofImage('/srv/www/docs/install/index.html'),
      ofImage('/srv/www/site.css'),
      ofImage('/usr/share/web/icons/folder.gif'),
    ],
    never: [
      used('/srv/www/dropped.html'),
      used('/srv/www/index.html', 'write'),
      ofImage('/srv/www/tool.so', 'execute'),
      ofImage('/app/secrets.env'),
      ofImage('/etc/app/other.txt'),
      ofImage('/etc/shadow'),
      used('/usr/share/web/dropped.html'),
      ofImage('/usr/share/web/tool.so', 'execute'),
      ofImage('/usr/share/webmin/x'),
    ],
  },
  renewals: {
    seen: [used('/etc/letsencrypt/archive/web.example/fullchain1.pem')],
    entries: ['/etc/letsencrypt/archive/web.example/fullchain{n}.pem r'],
    later: [used('/etc/letsencrypt/archive/web.example/fullchain12.pem')],
    never: [
      used('/etc/letsencrypt/archive/web.example/privkey2.pem'),
      used('/etc/letsencrypt/archive/web.example/fullchain2.pem', 'write'),
    ],
  },
  'drop-ins': {
    seen: [
      ofImage('/etc/web/conf.d/site.conf'),
      used('/etc/web/main.yaml'),
      ofImage('/etc/app/app.ini'),
      used('/etc/cron.d/job.conf'),
      used('/etc/proxy/tls/a.pem'),
    ],
    entries: [
      '/etc/app/app.ini r',
      '/etc/cron.d/job.conf r',
      '/etc/proxy/tls/*.pem r',
      '/etc/web/*.yaml r',
      '/etc/web/conf.d/*.conf r',
    ],
    later: [used('/etc/web/conf.d/shop.conf'), used('/etc/web/more.yaml'), used('/etc/proxy/tls/b.pem')],
    never: [
      used('/etc/web/conf.d/shop.conf', 'write'),
      used('/etc/web/conf.d/key.pem'),
      used('/etc/app/other.ini'),
      used('/etc/cron.d/other.conf'),
      used('/etc/proxy/tls/b.key'),
      used('/etc/proxy/tls/b.pem', 'write'),
    ],
  },
  plugins: {
    seen: [
      ofImage('/usr/lib/postgresql/15/lib/plpgsql.so', 'execute'),
      ofImage('/usr/lib/x86_64-linux-gnu/libz.so', 'execute'),
    ],
    entries: ['/usr/lib/postgresql/15/lib/*.so xi', '/usr/lib/x86_64-linux-gnu/libz.so x'],
    later: [ofImage('/usr/lib/postgresql/15/lib/utf8_and_iso8859_1.so', 'execute')],
    never: [
      used('/usr/lib/postgresql/15/lib/evil.so', 'execute', { sha256: 'e'.repeat(64) }),
      ofImage('/usr/lib/x86_64-linux-gnu/libcurl.so', 'execute'),
    ],
  },
  'data-directory': {
    seen: letters.flatMap((one) => [
      used(`/srv/data/${one}x`, 'write'),
      used(`/var/lib/db/${one}/f`, 'write'),
      used(`/etc/${one}`, 'write'),
    ]),
    entries: ['/srv/data/* rw', '/var/lib/db/** rw', ...letters.map((one) => `/etc/${one} w`)],
    later: [used('/srv/data/other', 'write'), used('/var/lib/db/x/y/z', 'write')],
    never: [
      used('/srv/data/other/deep', 'write'),
      used('/srv/data/ax', 'execute', { sha256: 'e'.repeat(64) }),
      used('/etc/j', 'write'),
    ],
  },
  'time-zones': {
    seen: [ofImage('/usr/lib/ld-musl-x86_64.so.1', 'execute')],
    entries: ['/usr/lib/ld-musl-x86_64.so.1 x', '/usr/share/zoneinfo/** r'],
    later: [ofImage('/usr/share/zoneinfo/Europe/Berlin')],
    never: [used('/usr/share/zoneinfo/Europe/Berlin', 'write')],
  },
  locales: {
    seen: [ofImage('/usr/lib/locale/C.utf8/LC_CTYPE'), ofImage('/x/libc.so.6', 'execute')],
    entries: [
      '/usr/lib/locale/** ri',
      '/usr/share/locale/** ri',
      '/usr/share/zoneinfo/** r',
      '/x/gconv/* rxi',
      '/x/libc.so.6 x',
      '/x/libgcc_s.so.1 rxi',
      ...['/dev/shm', '/tmp', '/var/tmp'].map((one) => `${one}/#{n} rw`),
      '/dev/shm/sem.{rnd} rw',
    ],
    later: [
      ofImage('/x/gconv/gconv-modules.cache'),
      ofImage('/x/gconv/UTF-16.so', 'execute'),
      ofImage('/usr/share/locale/de/LC_MESSAGES/x.mo'),
    ],
    never: [used('/usr/share/locale/x'), used('/x/gconv/evil.so', 'execute', { sha256: 'e'.repeat(64) })],
  },
  certificates: {
    seen: [ofImage('/usr/lib/libssl.so.3', 'execute')],
    entries: ['/etc/ssl/certs/** r', '/usr/lib/libssl.so.3 x', '/usr/share/ca-certificates/** ri'],
    later: [used('/etc/ssl/certs/01.0')],
    never: [used('/etc/ssl/private/x.key')],
  },
  'name-service': {
    seen: [ofImage('/etc/nsswitch.conf'), ofImage('/lib/libnss_files.so.2', 'execute')],
    entries: [
      ...['gai.conf', 'group', 'host.conf', 'hosts', 'nsswitch.conf', 'passwd', 'protocols', 'resolv.conf', 'services'].map((one) => `/etc/${one} r`),
      '/lib/libnss_*.so* rxi',
    ], // biome-ignore format: a list
    later: [used('/etc/hosts'), ofImage('/lib/libnss_dns.so.2', 'execute')],
    never: [
      used('/etc/shadow'),
      used('/etc/passwd', 'write'),
      used('/lib/libnss_evil.so.2', 'execute', { sha256: 'e'.repeat(64) }),
    ],
  },
  'scratch-files': {
    seen: [
      ran('/usr/sbin/nginx'),
      ofImage('/x/libsqlite3.so.0', 'execute'),
      ofImage('/x/libruby-3.1.so.3.1.2', 'execute'),
    ],
    entries: [
      '/usr/sbin/nginx',
      '/x/libsqlite3.so.0 x',
      ...['body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((one) => `/var/lib/nginx/${one}/** rw`),
      ...['client', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((one) => `/var/cache/nginx/${one}_temp/** rw`),
      ...['/tmp', '/var/tmp'].map((one) => `${one}/etilqs_{rnd} rw`),
      ...['/tmp/*{date}-{n}-*', '/tmp/*{date}-{n}-*/**'].map((one) => `${one} rw`),
      '/x/libruby-3.1.so.3.1.2 x',
    ],
    later: [
      used('/tmp/zip20261124-28-9ihldz', 'write'),
      used('/var/lib/nginx/body/0000000001', 'write'),
      used('/tmp/etilqs_6b0a4c1d2e3f', 'write'),
    ],
    never: [
      used('/var/lib/nginx/x', 'write'),
      used('/tmp/x', 'write'),
      used('/var/lib/nginx/body/x.so', 'execute', { sha256: 'e'.repeat(64) }),
    ],
  },
  'late-libraries': {
    seen: [ofImage('/x/libcrypto.so.3', 'execute'), ofImage('/x/libc.so.6', 'execute')],
    entries: [
      '/usr/lib/locale/** ri',
      '/usr/share/locale/** ri',
      '/usr/share/zoneinfo/** r',
      '/x/engines-*/*.so rxi',
      '/x/gconv/* rxi',
      '/x/libc.so.6 x',
      '/x/libcrypto.so.3 x',
      '/x/libgcc_s.so.1 rxi',
      '/x/ossl-modules/*.so rxi',
      ...['/dev/shm', '/tmp', '/var/tmp'].map((one) => `${one}/#{n} rw`),
      '/dev/shm/sem.{rnd} rw',
    ],
    later: [ofImage('/x/ossl-modules/legacy.so', 'execute'), ofImage('/x/libgcc_s.so.1', 'execute')],
    never: [
      used('/x/ossl-modules/evil.so', 'execute', { sha256: 'e'.repeat(64) }),
      used('/x/libgcc_s.so.1', 'execute', { sha256: 'e'.repeat(64) }),
      ofImage('/x/libsqlite3.so.0', 'execute'),
    ],
  },
  'cut-arguments': {
    seen: [ran('/bin/a', { argv: ['a', 'x'.repeat(300)] }), ran('/bin/b', { argv: ['b'], argvWhole: false })],
    entries: ['/bin/a: a ' + 'x'.repeat(64) + '*', '/bin/b: b **'],
    later: [ran('/bin/a', { argv: ['a', `${'x'.repeat(64)}y`] }), ran('/bin/b', { argv: ['b', 'c', 'd'] })],
    never: [ran('/bin/a', { argv: ['a', 'x'.repeat(63)] }), ran('/bin/b', { argv: ['c'] })],
  },
  'many-arguments': {
    seen: letters.flatMap((one) => [
      ran('/bin/a', { argv: ['a', `--id=${one}`, 'end'] }),
      ran('/bin/b', { argv: ['b', `/in/load${one}.csv`] }),
    ]),
    entries: ['/bin/a: a --id=* end', '/bin/b: b /in/*'],
    later: [ran('/bin/a', { argv: ['a', '--id=z', 'end'] }), ran('/bin/b', { argv: ['b', '/in/other.csv'] })],
    never: [
      ran('/bin/a', { argv: ['a', '--other', 'end'] }),
      ran('/bin/a', { argv: ['a', '--id=a'] }),
      ran('/bin/b', { argv: ['b', '/etc/shadow'] }),
    ],
  },
  resolvers: {
    seen: [connected('10.96.0.10', 53, { protocol: 'udp', resolver: true })],
    entries: ['udp @resolver 53'],
    later: [connected('10.0.0.2', 53, { protocol: 'udp', resolver: true })],
    never: [connected('10.96.0.10', 53, { protocol: 'udp' })],
  },
  'peer-names': {
    seen: [connected('192.0.2.1', 443, { name: 'API.example.' })],
    entries: ['tcp api.example 443'],
    later: [connected('192.0.2.99', 443, { name: 'api.example' })],
    never: [connected('192.0.2.1', 443), connected('192.0.2.1', 443, { name: 'evil.example' })],
  },
  'peer-ranges': {
    seen: [
      connected('10.1.2.3', 5432),
      connected('10.1.2.9', 5432),
      connected('192.0.2.1', 5432),
      connected('192.0.2.9', 5432),
    ],
    entries: ['tcp 10.1.2.0/28 5432', 'tcp 192.0.2.1/32 5432', 'tcp 192.0.2.9/32 5432'],
    later: [connected('10.1.2.4', 5432), connected('::ffff:10.1.2.4', 5432)],
    never: [connected('10.1.3.4', 5432), connected('192.0.2.5', 5432), connected('10.1.2.4', 22)],
  },
  'ephemeral-ports': {
    seen: [connected('127.0.0.1', 40_001), connected('127.0.0.1', 40_002), listened(0)],
    entries: ['tcp 127.0.0.1/32 ephemeral', 'tcp ephemeral'],
    later: [connected('127.0.0.1', 50_000), listened(50_000)],
    never: [connected('127.0.0.1', 22), connected('127.0.0.2', 50_000), listened(4444)],
  },
};

const access = (bits: number, only: boolean): string =>
  `${['r', 'w', 'x'].filter((_, at) => (bits & (1 << at)) !== 0).join('')}${only ? 'i' : ''}`;

const entriesOf = (rule: RuleName, seen: readonly Observation[], options: GeneraliseOptions): readonly string[] => {
  const { executables, processes, files, outbound, inbound } = generalise(recording(session(seen)), options);
  const lists = processes.flatMap((one) => one.arguments.map(({ pattern }) => ({ one, pattern })));
  return [
    ...(lists.every(({ one, pattern }) => pattern.join() === one.path) || options.links !== undefined
      ? executables.map(({ path }) => path)
      : lists.map(({ one, pattern }) => `${one.path}: ${pattern.join(' ')}`)),
    ...files
      .filter((one) => rule === 'own-directory' || one.rules.join() !== 'own-directory')
      .map((one) => `${one.pattern} ${access(one.access, one.imageOnly)}`),
    ...outbound.map(({ protocol, peer, port }) => `${protocol} ${peer} ${String(port)}`),
    ...inbound.map(({ protocol, port }) => `${protocol} ${String(port)}`),
  ];
};

for (const rule of ruleNames)
  test(`rule ${rule}`, () => {
    const { seen, entries, later = [], never = [], options = {} } = cases[rule];
    const profile = generalise(recording(session(seen)), options);
    assert.ok(profile.rules.includes(rule), `used: ${profile.rules.join()}`);
    assert.deepEqual([...entriesOf(rule, seen, options)].sort(), [...entries].sort());
    const compiled = compileProfile(profile);
    for (const one of [...seen, ...later]) assert.equal(judgeObservation(compiled, one), 'allowed');
    for (const one of never)
      assert.notEqual(
        judgeObservation(compiled, one),
        'allowed',
        JSON.stringify(one, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
      );
  });

test('what is the image’s own, and what ordinary names are, stays as it is', () => {
  const plain = ['/usr/lib/libz.so.1', '/etc/app-1.2.3/conf.json', '/etc/app-1.2.3/20261124.txt'];
  assert.deepEqual(
    generalise(recording(session(plain.map((one) => ofImage(one))))).files.map(({ pattern }) => pattern),
    plain.toSorted(),
  );
  const words = ['/data/config', '/srv/a/README.md', '/srv/b/facade', '/srv/c/postmaster.pid', '/srv/d/access_control'];
  const profile = generalise(recording(session(words.map((one) => used(one)))));
  assert.deepEqual(
    profile.files.map(({ pattern }) => pattern),
    words.toSorted(),
  );
  assert.deepEqual(profile.rules, []);
});

const isImageDirectory = (path: string): boolean => ['/opt', '/opt/app-1.2.3'].includes(path);

test('what an image directory is called stays, also below it', () => {
  const seen = [used('/opt/app-1.2.3/run/worker-7.lock', 'write')];
  const patterns = (options: GeneraliseOptions): readonly string[] =>
    generalise(recording(session(seen)), options).files.map(({ pattern }) => pattern);
  assert.deepEqual(patterns({ isImageDirectory }), ['/opt/app-1.2.3/run/*', '/opt/app-1.2.3/run/worker-{n}.lock']);
  assert.deepEqual(patterns({}), ['/opt/app-{ver}/run/*', '/opt/app-{ver}/run/worker-{n}.lock']);
});
