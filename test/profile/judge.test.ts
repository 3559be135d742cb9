import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseValue } from '../../src/policy/index.ts';
import {
  amendmentDocument,
  compileProfile,
  type Drift,
  type DriftCode,
  driftCodes,
  formatAmendment,
  generalise,
  judgeObservation,
  type Observation,
  parseAmendment,
  profileDigest,
} from '../../src/profile/index.ts';
import { connected, listened, memory, ofImage, ran, recording, session, sha, subject, used } from './observations.ts';

const profile = generalise(
  recording(
    session([
      ran('/usr/sbin/nginx', { argv: ['nginx', '-g', 'daemon off;'], capabilities: 0x400n, uid: 0 }),
      ran('/bin/sh', { parent: '/usr/sbin/nginx', argv: ['sh', '-c', 'true'] }),
      ran('/data/hook', { ofImage: false, sha256: sha('5'), parent: '/usr/sbin/nginx' }),
      used('/var/log/nginx/access.log', 'write'),
      ofImage('/etc/nginx/nginx.conf'),
      ofImage('/usr/lib/libssl.so.3', 'execute'),
      connected('192.0.2.1', 443),
      listened(80),
    ]),
  ),
);
const compiled = compileProfile(profile);

function drift(one: Observation, options?: Parameters<typeof compileProfile>[1]): Drift {
  const judged = judgeObservation(options === undefined ? compiled : compileProfile(profile, options), one);
  assert.notEqual(judged, 'allowed');
  return judged as Drift;
}

const sh = { parent: '/usr/sbin/nginx', argv: ['sh', '-c', 'true'] } as const;
const entry = { argv: ['nginx', '-g', 'daemon off;'], capabilities: 0x400n } as const;

/** What raises each code, what it says, and the entry it names as nearest. */
const raises: Readonly<Record<DriftCode, readonly [Observation, RegExp, RegExp | undefined]>> = {
  'process-not-in-profile': [
    ran('/tmp/nginx', { parent: '/bin/sh' }),
    /^\/tmp\/nginx ran, started by \/bin\/sh; /,
    /^\/usr\/sbin\/nginx by @entry/,
  ],
  'process-other-bytes': [
    ran('/data/hook', { ofImage: false, sha256: sha('6'), parent: '/usr/sbin/nginx' }),
    /sha256 666666666666…/,
    /^\/data\/hook/,
  ],
  'process-other-parent': [
    ran('/bin/sh', { ...sh, parent: '@exec' }),
    /started from outside.*started by \/usr\/sbin\/nginx$/,
    /^\/bin\/sh by \/usr\/sbin\/nginx, uid 0: sh -c true$/,
  ],
  'process-other-user': [ran('/bin/sh', { ...sh, uid: 33 }), /uid 33; the profile has it as 0$/, /^\/bin\/sh/],
  'process-more-capabilities': [
    ran('/usr/sbin/nginx', { ...entry, capabilities: 0x200400n }),
    /0x200000/,
    /capabilities net_bind_service/,
  ],
  'process-other-arguments': [ran('/bin/sh', { ...sh, argv: ['sh', '-c', 'id'] }), /arguments/, /sh -c true/],
  'file-not-in-profile': [
    used('/etc/nginx/secret'),
    /^\/etc\/nginx\/secret was read; no entry/,
    /^\/etc\/nginx\/nginx.conf r$/,
  ],
  'file-written': [used('/etc/nginx/nginx.conf', 'write'), /was written; /, /^\/etc\/nginx\/nginx.conf r$/],
  'file-executed': [
    used('/var/log/nginx/access.log.1', 'execute', { sha256: sha('7') }),
    /used as code; the profile has it as data only/,
    /access.log\{rot\} w$/,
  ],
  'file-other-bytes': [
    used('/usr/lib/libssl.so.3', 'execute', { sha256: sha('8') }),
    /its bytes are neither/,
    /libssl.so.3 x$/,
  ],
  'connection-not-in-profile': [
    connected('192.0.2.1', 4444),
    /192.0.2.1, tcp 4444; the profile has none/,
    /^tcp 192.0.2.1\/32 443$/,
  ],
  'connection-other-peer': [
    connected('198.51.100.1', 443, { name: 'evil.example' }),
    /evil.example \(198.51.100.1\)/,
    /^tcp 192.0.2.1\/32 443$/,
  ],
  'listen-not-in-profile': [listened(4444), /port 4444 \(tcp\)/, /^tcp 80$/],
  'memory-not-in-profile': [memory, /in memory/, undefined],
};

for (const code of Object.keys(driftCodes) as readonly DriftCode[])
  test(`drift ${code}: the reason, the nearest entry, and the line that would allow it`, () => {
    const [observation, why, nearest] = raises[code];
    const found = drift(observation);
    assert.equal(found.code, code);
    assert.match(found.why, why);
    if (nearest === undefined) assert.equal(found.nearest, undefined);
    else assert.match(found.nearest ?? '', nearest);
    assert.ok(found.amendment !== undefined);
  });

const request = {
  name: 'allow-it',
  image: 'registry.example/team/web',
  subject,
  profile: profileDigest(profile),
  issuer: 'alice@example',
  notBefore: '2026-11-24T00:00:00Z',
  expires: '2026-12-01T00:00:00Z',
};
const now = Date.parse('2026-11-25T00:00:00Z');
const observations = Object.values(raises).map(([observation]) => observation);

test('the drifts of a container make one ImageException, which allows just them until it ends', () => {
  const document = amendmentDocument(
    observations.map((one) => drift(one)),
    request,
  );
  const parsed = parseValue('exception', JSON.parse(JSON.stringify(document)));
  assert.ok(parsed.kind === 'ImageException');
  const exceptions = { verified: [parsed.exception], now };
  const amended = compileProfile(profile, { exceptions });
  assert.deepEqual(amended.refused, []);
  for (const one of observations) assert.equal(judgeObservation(amended, one), 'allowed');
  assert.equal(drift(used('/etc/shadow'), { exceptions }).code, 'file-not-in-profile');
  assert.equal(drift(listened(4445), { exceptions }).code, 'listen-not-in-profile');
  assert.equal(
    drift(listened(4444), { exceptions: { ...exceptions, now: Date.parse(request.expires) } }).code,
    'listen-not-in-profile',
  );
});

test('an exception that is not for this profile, not now, or not to be read, is refused whole and named', () => {
  const good = amendmentDocument([drift(listened(4444))], request);
  assert.ok(good !== undefined);
  const { spec } = good;
  const amendment = spec.scope.profileAmendment;
  assert.ok(amendment !== undefined);
  const wrong: readonly (readonly [RegExp, typeof spec])[] = [
    [/another image/, { ...spec, subject: { ...spec.subject, digest: sha('b') } }],
    [/another profile/, { ...spec, scope: { profileAmendment: { ...amendment, profile: `sha256:${sha('b')}` } } }],
    [/not begun/, { ...spec, notBefore: '2026-11-26T00:00:00Z' }],
    [/not begun/, { ...spec, notBefore: '2026-02-31T99:00:00Z' }],
    [/expired/, { ...spec, expires: '2026-11-24T12:00:00Z' }],
    [/not one thing/, { ...spec, scope: { ...spec.scope, breakGlass: { checks: [] } } }],
    [
      /begins with none of/,
      { ...spec, scope: { profileAmendment: { allow: [...amendment.allow, 'anything at=all'] } } },
    ],
  ];
  for (const [reason, one] of wrong) {
    const tried = compileProfile(profile, { exceptions: { verified: [{ ...good, spec: one }], now } });
    assert.equal(tried.refused[0]?.exception, 'allow-it');
    assert.match(tried.refused[0]?.reason ?? '', reason);
    assert.notEqual(judgeObservation(tried, listened(4444)), 'allowed');
  }
  const other = { ...good, spec: { ...spec, scope: { debugSession: { workloads: [] } } } };
  assert.deepEqual(compileProfile(profile, { exceptions: { verified: [other], now } }).refused, []);
});

test('what ran with bytes nobody could tell can be allowed by no line', () => {
  const unknown = drift(ran('/tmp/x', { ofImage: false, sha256: undefined }));
  assert.equal(unknown.amendment, undefined);
  assert.equal(amendmentDocument([unknown], request), undefined);
});

test('lines are read back as they were written, and what is none is refused', () => {
  for (const one of observations) {
    const { amendment } = drift(one);
    assert.ok(amendment !== undefined);
    assert.deepEqual(parseAmendment(formatAmendment(amendment)), amendment);
  }
  assert.equal(
    formatAmendment(drift(ran('/bin/sh', { ...sh, argv: ['sh', '-c', 'a b*'] })).amendment ?? { verb: 'memory' }),
    'exec path=/bin/sh bytes=image parent=/usr/sbin/nginx uid=0 capabilities=0 arguments=["sh","-c","a b\\\\*"]',
  );
  const wrong = [
    '',
    'exec',
    'exec path=/bin/sh',
    'exec path=bin/sh bytes=image parent=@entry uid=0 capabilities=0 arguments=[]',
    'exec path=/bin/* bytes=sha256:00 parent=@entry uid=0 capabilities=0 arguments=[]',
    'exec path=/bin/sh bytes=any parent=@entry uid=0 capabilities=0 arguments=[]',
    'exec path=/bin/sh bytes=image parent=@who uid=0 capabilities=0 arguments=[]',
    'exec path=/bin/sh bytes=image parent=@entry uid=99999999999 capabilities=0 arguments=[]',
    'exec path=/bin/sh bytes=image parent=@entry uid=0 capabilities=0 arguments=["**","a"]',
    'exec path=/bin/sh bytes=image parent=@entry uid=0 capabilities=0 arguments=[1]',
    'exec path=/bin/sh bytes=image parent=@entry uid=0 capabilities=0 arguments=["a"',
    'exec path=/bin/sh path=/bin/sh bytes=image parent=@entry uid=0 capabilities=0 arguments=[]',
    'file path=/a access=z',
    'file path=/a access=',
    'file path=/a/* access=x bytes=sha256:' + sha('1'),
    'file path=/a access=r  more=1',
    'connect protocol=tcp peer=10.0.0.1/8 port=1',
    'connect protocol=tcp peer=10.0.0.0/8 port=65536',
    'listen protocol=icmp port=1',
    'memory ',
    'memory all=1',
  ];
  for (const line of wrong) assert.throws(() => parseAmendment(line), { code: 'amendment-malformed' }, line);
});

test('probes and hooks of the pod’s own specification may run as they are declared, and only so', () => {
  const declared = [['/bin/sh', '-c', 'test -e /ready']];
  const probe = ran('/bin/sh', { parent: '@exec', argv: declared[0] ?? [] });
  assert.equal(judgeObservation(compileProfile(profile, { declared }), probe), 'allowed');
  assert.equal(drift(probe).code, 'process-other-parent');
  assert.equal(drift({ ...probe, argv: ['/bin/sh', '-c', 'id'] }, { declared }).code, 'process-other-parent');
  assert.equal(drift({ ...probe, ofImage: false, sha256: sha('9') }, { declared }).code, 'process-other-bytes');
  assert.equal(drift({ ...probe, parent: '@entry' }, { declared }).code, 'process-other-parent');
  assert.equal(drift({ ...probe, argvWhole: false }, { declared }).code, 'process-other-parent');
});

test('a parent that is not known is not held against a process; all else is', () => {
  assert.equal(judgeObservation(compiled, ran('/bin/sh', { ...sh, parent: '@unknown' })), 'allowed');
  assert.equal(drift(ran('/bin/sh', { ...sh, parent: '@unknown', argv: ['sh'] })).code, 'process-other-arguments');
  assert.equal(drift(ran('/bin/sh', { ...sh, parent: '@unknown', uid: 1 })).code, 'process-other-user');
});

test('of a parent that the recording could not show nothing is claimed', () => {
  const unclaimed = compileProfile(generalise(recording(session([ran('/bin/a', { parent: '@unknown' })]))));
  for (const parent of ['@entry', '@exec', '/bin/sh'] as const)
    assert.equal(judgeObservation(unclaimed, ran('/bin/a', { parent })), 'allowed');
  const judged = judgeObservation(unclaimed, ran('/bin/a', { parent: '/bin/sh', argv: ['b'] }));
  assert.ok(judged !== 'allowed');
  assert.equal(judged.code, 'process-other-arguments');
});

test('fewer capabilities are no drift; reading what may be written or run is none', () => {
  assert.equal(judgeObservation(compiled, ran('/usr/sbin/nginx', { ...entry, capabilities: 0n })), 'allowed');
  assert.equal(judgeObservation(compiled, used('/var/log/nginx/access.log')), 'allowed');
  assert.equal(judgeObservation(compiled, used('/usr/lib/libssl.so.3')), 'allowed');
  assert.equal(judgeObservation(compiled, ofImage('/usr/sbin/nginx')), 'allowed');
  assert.equal(drift(used('/usr/sbin/nginx', 'write')).code, 'file-not-in-profile');
});

test('paths that are none, and text no document holds, are drift and never an error', () => {
  for (const path of ['', 'relative', '/a/../b', '/a//b', '/\ud800', `/${'x'.repeat(5000)}`, '/\0'] as `/${string}`[]) {
    assert.notEqual(judgeObservation(compiled, used(path)), 'allowed');
    assert.notEqual(judgeObservation(compiled, ran(path, { argv: ['\ud800', 'x'.repeat(9000)] })), 'allowed');
  }
  assert.equal(drift(connected('not an address', 443)).code, 'connection-other-peer');
});
