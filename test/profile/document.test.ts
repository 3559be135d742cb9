import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { profileSchemaText } from '../../scripts/write-profile-schema.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import {
  generalise,
  profileDigest,
  profileDocument,
  profileLimits,
  readProfile,
  readProfileValue,
  writeProfile,
} from '../../src/profile/index.ts';
import { textOf } from '../house/tree.ts';
import {
  connected,
  listened,
  memory,
  ofImage,
  ran,
  recording,
  session,
  sessions,
  sha,
  subject,
  used,
} from './observations.ts';

const seen = [
  ran('/usr/sbin/nginx', { capabilities: 0x400n }),
  ran('/bin/sh', { parent: '/usr/sbin/nginx', argv: ['sh', '-c', 'true'] }),
  used('/var/log/app.log', 'write'),
  used('/data/plugin.so', 'execute', { sha256: sha('2') }),
  ofImage('/etc/app.conf'),
  connected('192.0.2.1', 443),
  listened(80),
  memory,
];
const profile = generalise(recording(session(seen, 'one'), session(seen, 'two', 'a', 1)));
const document = profileDocument(profile);

test('the published schema is the one that reads (scripts/write-profile-schema.ts writes it)', () => {
  assert.equal(textOf('docs/schemas/execution-profile.schema.json'), profileSchemaText());
});

test('what is written is of the published schema', () => {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(profileSchemaText()) as object);
  fc.assert(
    fc.property(sessions, (all) => {
      const value: unknown = JSON.parse(Buffer.from(writeProfile(generalise(recording(...all)))).toString());
      assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
    }),
    { numRuns: 50 },
  );
  assert.ok(!validate({ ...document, more: 1 }));
});

test('a document is canonical JSON, and its digest that of its bytes', () => {
  const bytes = writeProfile(profile);
  assert.match(Buffer.from(bytes).toString(), /^\{"aliases":\[\],"apiVersion":"holdfast.dev\/v1alpha1","completeness"/);
  assert.match(profileDigest(profile), /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(readProfile(bytes, 'p'), profile);
});

type Document = typeof document;
const changed = (change: (one: Document) => Partial<Record<keyof Document | 'unknown', unknown>>): unknown => ({
  ...document,
  ...change(structuredClone(document)),
});

test('what says two things, or counts wrongly, is refused as contradictory', () => {
  const wrong: readonly (readonly [RegExp, unknown])[] = [
    [/wildcards/, changed((one) => ({ wildcards: one.wildcards + 1 }))],
    [/completeness/, changed((one) => ({ completeness: { ...one.completeness, entries: 1 } }))],
    [/completeness/, changed((one) => ({ completeness: { ...one.completeness, added: [1, 1] } }))],
    [/rule log-rotation stands twice/, changed(() => ({ rules: ['log-rotation', 'log-rotation'] }))],
    [/rule that is not listed/, changed(() => ({ rules: [] }))],
    [/process .* stands twice/, changed((one) => ({ processes: [...one.processes, ...one.processes] }))],
    [/arguments of .* stands twice/, changed((one) => ({ processes: one.processes.map(([a, b, c, d, e]) => [a, b, c, d, [...e, ...e]]) }))],
    [/not listed/, changed((one) => ({ processes: one.processes.map(([, ...rest]) => [9, ...rest]) }))],
    [/no bytes of it may/, changed((one) => ({ executables: one.executables.map(([path]) => [path, []]) }))],
    [/executable .* stands twice/, changed((one) => ({ executables: [...one.executables, ...one.executables] }))],
    [/file .* stands twice/, changed((one) => ({ files: [...one.files, ...one.files] }))],
    [/bytes of .* are named, and it is not a file/, changed(() => ({ files: [] }))],
    [/named twice/, changed((one) => ({ pins: [...one.pins, ...one.pins] }))],
    [/is a pattern or does not run/, changed((one) => ({ pins: [...one.pins, ['/var/log/app.log{rot}', one.pins[0]?.[1]]] }))],
    [/peer .* stands twice/, changed((one) => ({ outbound: [...one.outbound, ...one.outbound] }))],
    [/port .* stands twice/, changed((one) => ({ inbound: [...one.inbound, ...one.inbound] }))],
    [/run that is not listed/, changed(() => ({ memory: [9, 7, 0] }))],
    [/more runs than times/, changed(() => ({ memory: [1, 3, 0] }))],
    [/in no run/, changed(() => ({ memory: [1, 0, 0] }))],
    [/runs are not in order/, changed((one) => ({ recorded: { ...one.recorded, runs: one.recorded.runs.toReversed() } }))],
    [/run one stands twice/, changed((one) => ({ recorded: { ...one.recorded, runs: [one.recorded.runs[0], one.recorded.runs[0]] } }))],
    [/ends before/, changed((one) => ({ recorded: { ...one.recorded, runs: one.recorded.runs.map((run) => ({ ...run, to: '2020-01-01T00:00:00Z' })) } }))],
    [/alias .* stands twice/, changed(() => ({ aliases: [['/bin', '/a'], ['/bin', '/b']] }))],
    [/leads to itself/, changed(() => ({ aliases: [['/bin', '/bin/x']] }))],
    [/more tests ended/, changed(() => ({ tests: { functional: { ran: 1, falseDrift: 2 } } }))],
    [/gap ring stands twice/, changed((one) => ({ recorded: { ...one.recorded, gaps: [['ring', 1], ['ring', 2]] } }))],
  ]; // biome-ignore format: one a line
  for (const [message, value] of wrong)
    assert.throws(() => readProfileValue(value, 'p'), { code: 'profile-contradictory', message });
});

test('what is no profile is refused as malformed', () => {
  const wrong: readonly unknown[] = [
    null,
    [],
    {},
    changed(() => ({ kind: 'Recipe' })),
    changed(() => ({ unknown: 1 })),
    changed(() => ({ subject: 'sha256:00' })),
    changed(() => ({ rules: ['magic'] })),
    changed(() => ({ aliases: [['bin', '/usr/bin']] })),
    changed(() => ({ aliases: [['/a/../b', '/usr/bin']] })),
    changed((one) => ({ executables: one.executables.map(([path, pins]) => [`${path}/..`, pins]) })),
    changed((one) => ({ executables: one.executables.map(([path]) => [path, ['A'.repeat(42)]]) })),
    changed((one) => ({ executables: one.executables.map(([path]) => [path, [`${'A'.repeat(42)}B`]]) })),
    changed(() => ({ files: [['/a', [['', 1, 1, 0, ['b']]]]] })),
    changed(() => ({ files: [['/a', [['i', 1, 1, 0, ['b']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['b/c']]]]], pins: [] })),
    changed(() => ({ files: [['/a/', [['r', 1, 1, 0, ['b']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['..']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['{x}']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['a***']]]]], pins: [] })),
    changed(() => ({ files: [['/**/a', [['r', 1, 1, 0, ['**']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['a\\b']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1, 1, 0, ['a\0b']]]]], pins: [] })),
    changed(() => ({ files: [['/a', [['r', 1.5, 1, 0, ['b']]]]], pins: [] })),
    changed(() => ({ outbound: [['tcp', '10.0.0.1/8', 80, 1, 1, 0]] })),
    changed(() => ({ outbound: [['tcp', '10.0.0.1', 80, 1, 1, 0]] })),
    changed(() => ({ outbound: [['tcp', 'FD00::/16', 80, 1, 1, 0]] })),
    changed(() => ({ outbound: [['tcp', 'Db.example', 80, 1, 1, 0]] })),
    changed(() => ({ outbound: [['tcp', 'db.example', 65536, 1, 1, 0]] })),
    changed(() => ({ inbound: [['icmp', 80, 1, 1, 0]] })),
    changed((one) => ({ processes: one.processes.map(([a, b, c, , e]) => [a, b, c, '0x1', e]) })),
    changed((one) => ({ processes: one.processes.map(([a, b, c, d]) => [a, b, c, d, [[['**', 'a'], 1, 1, 0]]]) })),
  ];
  for (const value of wrong)
    assert.throws(
      () => readProfileValue(value, 'p'),
      { code: 'profile-malformed' },
      JSON.stringify(value)?.slice(0, 400),
    );
  const text = JSON.stringify(document);
  for (const bytes of ['', '{', '\ufeff{}', text.replace('"kind"', '"kind":"ExecutionProfile","kind"'), `${text}x`])
    assert.throws(() => readProfile(Buffer.from(bytes), 'p'), { code: 'profile-malformed' });
  assert.throws(() => readProfile(Buffer.from([0xff, 0xfe]), 'p'), { code: 'profile-malformed' });
  assert.throws(() => readProfile(Buffer.from('['.repeat(100_000)), 'p'), { code: 'profile-malformed' });
});

test('what is too large is refused before it is read', () => {
  assert.throws(() => readProfile(Buffer.alloc(profileLimits.bytes + 1, ' '), 'p'), { code: 'profile-too-large' });
  const crowd = Array.from({ length: profileLimits.siblings + 1 }, (_, at) => `${at}-{n}`);
  const value = changed(() => ({ files: [['/a', [['r', 1, 1, 0, crowd]]]], pins: [] }));
  assert.throws(() => readProfileValue(value, 'p'), { code: 'profile-too-large' });
  const many = generalise(
    recording(session(Array.from({ length: 20_000 }, (_, at) => ofImage(`/x/${'y'.repeat(60)}${at}`)))),
  );
  assert.throws(() => writeProfile(many), { code: 'profile-too-large' });
});

test('a profile of another image, or of none, is not taken for this one', () => {
  assert.equal(readProfile(writeProfile(profile), 'p', { subject }).subject, subject);
  const other = `sha256:${'b'.repeat(64)}` as typeof subject;
  assert.throws(() => readProfile(writeProfile(profile), 'p', { subject: other }), { code: 'profile-foreign' });
  const nobodys = writeProfile({ ...profile, subject: undefined });
  assert.throws(() => readProfile(nobodys, 'p', { subject }), { code: 'profile-foreign' });
});

test('any change of a document is read, or refused with a code of profiles', () => {
  const codes = ['profile-malformed', 'profile-contradictory', 'profile-too-large', 'profile-foreign'];
  const bytes = Buffer.from(writeProfile(profile));
  const words = [...new Set(bytes.toString().split(/([[\]{}:,])/))];
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((parts) => Buffer.from(parts.join('')));
  const flipped = fc
    .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(soup, flipped, fc.uint8Array({ maxLength: 100 })), (input) => {
      try {
        readProfile(input, 'fuzz');
      } catch (error) {
        assert.ok(error instanceof HoldfastError && codes.includes(error.code), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
