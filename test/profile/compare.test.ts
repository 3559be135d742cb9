import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compileProfile,
  diffProfiles,
  explainRules,
  generalise,
  judgeObservation,
  lintCodes,
  lintProfile,
  mergeProfiles,
  readProfile,
  ruleNames,
  writeProfile,
} from '../../src/profile/index.ts';
import { connected, ofImage, ran, recording, session, sessions, subject, used } from './observations.ts';

const text = (one: Parameters<typeof writeProfile>[0]): string => Buffer.from(writeProfile(one)).toString();

test('merging profiles: the order does not matter, once is enough, and all that either allows is allowed', () => {
  fc.assert(
    fc.property(sessions, sessions, (some, others) => {
      const one = generalise(recording(...some));
      const other = generalise(recording(...others.map((each) => ({ ...each, run: `other-${each.run}` }))));
      const both = mergeProfiles(one, other);
      assert.equal(text(both), text(mergeProfiles(other, one)));
      assert.equal(text(mergeProfiles(one, one)), text(one));
      assert.equal(text(mergeProfiles(both, both)), text(both));
      assert.equal(text(readProfile(writeProfile(both), 'merged')), text(both));
      const [mine, ours] = [compileProfile(one), compileProfile(both)];
      for (const each of some)
        for (const { observation } of each.seen.values())
          if (judgeObservation(mine, observation) === 'allowed')
            assert.equal(judgeObservation(ours, observation), 'allowed');
    }),
    { numRuns: 150 },
  );
});

test('profiles of two images, or of runs that are partly the same, are not merged', () => {
  const one = generalise(recording(session([ran('/a')], 'first'), session([ran('/b')], 'second')));
  const foreign = { ...one, subject: `sha256:${'b'.repeat(64)}` as typeof subject };
  assert.throws(() => mergeProfiles(one, foreign), { code: 'profile-foreign' });
  const partly = generalise(recording(session([ran('/a')], 'second'), session([ran('/b')], 'third')));
  assert.throws(() => mergeProfiles(one, partly), { code: 'profile-contradictory' });
});

test('a profile has no difference to itself, and each difference of two is named once', () => {
  const before = generalise(recording(session([ran('/a'), used('/data/x'), connected('192.0.2.1', 443)])));
  const after = generalise(recording(session([ran('/a', { capabilities: 1n }), used('/data/x', 'write'), ran('/b')])));
  assert.deepEqual(diffProfiles(before, before), []);
  assert.deepEqual(
    diffProfiles(before, after).map(({ section, key, before: had, after: has }) => [section, key, had, has]),
    [
      ['processes', '/a by @entry, uid 0: /a', '', 'capabilities chown'],
      ['files', '/data/x', 'r', 'w'],
      ['outbound', 'tcp 192.0.2.1/32 443', '', null],
      ['executables', '/b', null, `image sha256:${'1'.repeat(64)}`],
      ['processes', '/b by @entry, uid 0: /b', null, ''],
    ],
  );
});

test('lint: a profile of several complete runs that was tested has nothing to be said of', () => {
  const seen = [ran('/a'), used('/data/x')];
  const good = {
    ...generalise(recording(session(seen, 'one'), session(seen, 'two', 'a', 1))),
    tests: { functional: { ran: 3, falseDrift: 0 }, attacks: { set: subject, ran: 2, alerted: 2 } },
  };
  assert.deepEqual(lintProfile(good), []);
  const raised = new Set(
    [
      ...lintProfile(generalise(recording(session([ran('/a', { sha256: undefined, parent: '@unknown' })])))),
      ...lintProfile({ ...good, subject: undefined, rules: ['dates'] }),
      ...lintProfile({
        ...good,
        tests: { functional: { ran: 1, falseDrift: 1 }, attacks: { set: subject, ran: 2, alerted: 1 } },
      }),
      ...lintProfile({ ...good, recorded: { ...good.recorded, gaps: [{ cause: 'ring', count: null }] } }),
      ...lintProfile({ ...good, omitted: [{ what: 'file /x', reason: 'bytes-unknown', count: 1 }] }),
      ...lintProfile({
        ...good,
        files: [{ pattern: '/**', access: 2, imageOnly: false, sha256: [], count: 0, runs: 0, rules: [] }],
      }),
      ...lintProfile({
        ...good,
        files: [
          { pattern: '/data/*', access: 1, imageOnly: false, sha256: [], count: 1, runs: 1, rules: ['numbers'] },
          { pattern: '/data/x', access: 1, imageOnly: false, sha256: [], count: 1, runs: 1, rules: [] },
        ],
      }),
      ...lintProfile(generalise(recording(session([ran('/bin/sh', { argvWhole: false, ofImage: false })])))),
      ...lintProfile(
        generalise(
          recording(
            session(seen, 'one'),
            session(
              Array.from({ length: 3000 }, (_, at) => ofImage(`/srv/${'x'.repeat(40)}${at}`)),
              'two',
              'a',
              1,
            ),
          ),
        ),
      ),
    ].map(({ code }) => code),
  );
  assert.deepEqual([...raised].sort(), Object.keys(lintCodes).sort());
});

test('explain: every rule that was used is told, with what it made', () => {
  const profile = generalise(
    recording(
      session([used('/var/log/app/app.log', 'write'), used('/tmp/tmpab12cd34', 'write'), used('/etc/localtime')]),
    ),
  );
  const told = explainRules(profile).map(({ rule, entries }) => [rule, entries.map(({ key }) => key)]);
  assert.deepEqual(told, [
    ['temporary-names', ['/tmp/tmp{rnd}']],
    ['log-rotation', ['/var/log/app/app.log{rot}']],
    ['own-directory', ['/tmp/*']],
    ['time-zones', ['/usr/share/zoneinfo/**']],
  ]);
  assert.ok(told.every(([rule]) => ruleNames.some((name) => name === rule)));
});
