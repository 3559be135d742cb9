import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as profile from '../../src/profile/index.ts';
import { Behaviour } from '../../src/watch/behaviour/behaviour.ts';
import { doubtOf, noDoubt } from '../../src/watch/behaviour/doubt.ts';
import { type DriftFinding, observationOf } from '../../src/watch/behaviour/drift.ts';
import type { ExceptionEvidence, ImageEvidence } from '../../src/watch/behaviour/evidence.ts';
import { ImageProfiles } from '../../src/watch/behaviour/image-profiles.ts';
import { workloadNames } from '../../src/watch/behaviour/session.ts';
import { connected, observation, ofImage, ran, recording, session, subject, used } from '../profile/observations.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const time = '2026-11-24T12:00:00.000Z';
const evidence = `sha256:${'e'.repeat(64)}` as typeof subject;
const process = () => ({ pid: 7, path: '/bin/app', argv: ['app'], uid: 0, parents: [] });

const recorded = profile.generalise(
  recording(session([ran('/bin/app'), ofImage('/etc/app.conf'), connected('10.0.0.5', 5432)])),
);

function given(exceptions: readonly ExceptionEvidence[] = [], of = recorded): ImageEvidence {
  const digest = profile.profileDigest(of);
  const document = profile.profileDocument(of);
  return { manifest: subject, profile: { state: 'given', evidence, digest, document }, exceptions, files: [] };
}

function exception(scope: object, more: object = {}): ExceptionEvidence {
  const document = {
    metadata: { name: 'one' },
    spec: {
      subject: { image: 'registry.example/app', digest: subject },
      scope,
      reason: 'because',
      issuer: 'ann',
      notBefore: '2026-11-24T11:00:00Z',
      expires: '2026-11-24T13:00:00Z',
      ...more,
    },
  };
  return { evidence, document };
}

function scene(workload: readonly string[] = ['shop/Pod/web-1', 'shop/StatefulSet/web']) {
  const profiles = new ImageProfiles(profile);
  const behaviour = new Behaviour(profile, 'ns/web', 'ns/web 1', workload);
  const take = (used_: ImageEvidence | undefined, at = now): void => {
    profiles.take(subject, used_, 'registry-unreachable: no answer', at);
    behaviour.judgeBy(profiles.of(subject), subject);
  };
  const see = (one: profile.Observation, bytesUnknown = false, startUnseen = false, key?: string): void =>
    behaviour.see(one, time, process, doubtOf(bytesUnknown, startUnseen), key);
  return { profiles, behaviour, take, see };
}

const codes = (found: readonly DriftFinding[]): readonly string[] => found.map((one) => `${one.code} ${one.subject}`);

test('what was done before the profile was there is judged once it is', () => {
  const { behaviour, take, see } = scene();
  see(ran('/bin/app'));
  see(connected('192.0.2.1', 443));
  assert.equal(behaviour.state.state, 'pending');
  assert.equal(behaviour.hasFindings, false);
  take(given());
  see(used('/etc/shadow'));
  see(ofImage('/etc/app.conf'));
  assert.deepEqual(codes(behaviour.takeFindings()), [
    'connection-not-in-profile tcp 192.0.2.1:443',
    'file-not-in-profile /etc/shadow',
  ]);
  assert.equal(behaviour.state.drifts.length, 2);
  assert.deepEqual(behaviour.takeFindings(), []);
});

test('without a profile, with one that is refused, or with none to be had, nothing is called drift and nothing good', () => {
  const { behaviour, take, see } = scene();
  see(used('/etc/shadow'));
  take({ ...given(), profile: { state: 'none' } });
  assert.equal(behaviour.state.state, 'none');
  take({ ...given(), profile: { state: 'refused', evidence, code: 'party-untrusted', reason: 'a stranger' } });
  assert.deepEqual([behaviour.state.state, behaviour.state.detail], ['refused', 'party-untrusted: a stranger']);
  take(undefined);
  assert.equal(behaviour.state.state, 'unavailable');
  // A document that lies about what it is, also where its signature holds.
  const foreign = {
    ...given(),
    profile: { ...given().profile, document: { ...profile.profileDocument(recorded), subject: evidence } },
  };
  take(foreign);
  assert.match(behaviour.state.detail, /^profile-foreign: /);
  take({ ...given(), profile: { ...given().profile, document: { kind: 'ExecutionProfile' } } } as ImageEvidence);
  assert.match(behaviour.state.detail, /^profile-malformed: /);
  assert.equal(behaviour.hasFindings, false);
  take(given());
  assert.deepEqual(codes(behaviour.takeFindings()), ['file-not-in-profile /etc/shadow']);
});

test('an amendment ends drift as long as it holds, and no longer; another profile judges all of it anew', () => {
  const { profiles, behaviour, take, see } = scene();
  take(given());
  see(used('/etc/license'));
  const [drift] = behaviour.takeFindings();
  assert.equal(drift?.amendment, 'file path=/etc/license access=r');
  take(given([exception({ profileAmendment: { allow: [drift.amendment] } })]));
  assert.deepEqual(behaviour.state.drifts, []);
  assert.deepEqual(profiles.renew(now + 1000), []);
  assert.deepEqual(profiles.renew(Date.parse('2026-11-24T13:00:00Z')), [subject]);
  behaviour.judgeBy(profiles.of(subject), subject);
  assert.deepEqual(behaviour.state.drifts, [drift.id]);
  assert.deepEqual(behaviour.takeFindings(), [], 'it was told');
  const wider = profile.generalise(recording(session([ran('/bin/app'), used('/etc/license')])));
  take(given([], wider));
  assert.deepEqual(behaviour.state.drifts, []);
});

test('a debug session excuses drift of its workload in its time, which is on record', () => {
  for (const [scope, workload, more, excused] of [
    [{ debugSession: { workloads: ['shop/StatefulSet/web'] } }, undefined, {}, true],
    [{ debugSession: { workloads: [] } }, undefined, {}, true],
    [{ debugSession: { workloads: ['shop/StatefulSet/web'] } }, ['shop/Pod/db-1'], {}, false],
    [{ debugSession: { workloads: [] } }, undefined, { expires: '2026-11-24T12:00:00Z' }, false],
    [{ debugSession: { workloads: [] } }, undefined, { notBefore: 'never' }, false],
    [{ debugSession: { workloads: [] }, breakGlass: { checks: [] } }, undefined, {}, false],
  ] as const) {
    const { behaviour, take, see } = scene(workload);
    take(given([exception(scope, more)]));
    see(used('/etc/shadow'));
    const [found] = behaviour.takeFindings();
    assert.equal(found?.session?.name, excused ? 'one' : undefined, JSON.stringify([scope, workload, more]));
    assert.equal(behaviour.state.drifts.length, excused ? 0 : 1);
    assert.equal(behaviour.state.excused.length, excused ? 1 : 0);
  }
});

test('bytes that nobody could tell are no drift where the path is the profile’s, and no proof either', () => {
  const { behaviour, take, see } = scene();
  take(given());
  see(ran('/bin/app', { sha256: undefined, ofImage: false }), true);
  see(used('/tmp/dropped', 'execute'), true);
  assert.deepEqual(codes(behaviour.takeFindings()), ['file-not-in-profile /tmp/dropped']);
  assert.equal(behaviour.state.unjudged, 1);
});

test('a flood of drift is counted beyond what is told; what is beyond memory before a profile came is not called good', () => {
  const { behaviour, take, see } = scene();
  for (let n = 0; n < 5000; n++) see(ofImage('/etc/app.conf'));
  take(given());
  assert.equal(behaviour.state.unjudged, 5000 - 4096);
  for (let n = 0; n < 1500; n++) see(used(`/data/${n}`));
  assert.equal(behaviour.takeFindings().length, 1000);
  assert.equal(behaviour.state.drifts.length + behaviour.state.more, 1500);
});

test('drift of before a restart still counts, and is judged by today’s profile', () => {
  const before = scene();
  before.take(given());
  before.see(used('/etc/license'));
  const found = JSON.parse(JSON.stringify(before.behaviour.takeFindings())) as readonly DriftFinding[];
  const { behaviour, take } = scene();
  behaviour.resume(found);
  take(given());
  assert.deepEqual(
    behaviour.state.drifts,
    found.map(({ id }) => id),
  );
  assert.deepEqual(behaviour.takeFindings(), []);
  take(given([exception({ profileAmendment: { allow: ['file path=/etc/license access=r'] } })]));
  assert.deepEqual(behaviour.state.drifts, []);
});

test('an observation is the same after it was written and read', () => {
  fc.assert(
    fc.property(observation, (one) => {
      const { behaviour, take, see } = scene();
      take(given([], profile.generalise(recording(session([ran('/bin/other')])))));
      see(one);
      for (const found of behaviour.takeFindings()) {
        const json = JSON.parse(JSON.stringify(found.observation)) as DriftFinding['observation'];
        assert.deepEqual(observationOf(json), { ...one });
      }
    }),
  );
});

test('a workload is called by its pod and by the controllers that the pod’s name tells', () => {
  const container = { namespace: 'k8s.io', name: 'app' };
  assert.deepEqual(workloadNames(undefined, { namespace: 'default', name: 'web' }), ['default/Container/web']);
  assert.deepEqual(workloadNames({ namespace: 'shop', name: 'web-7d4b9c6f5d-x2x9z' }, container), [
    'shop/Pod/web-7d4b9c6f5d-x2x9z',
    'shop/Deployment/web',
    'shop/ReplicaSet/web-7d4b9c6f5d',
    'shop/DaemonSet/web-7d4b9c6f5d',
    'shop/Job/web-7d4b9c6f5d',
  ]);
  assert.deepEqual(workloadNames({ namespace: 'shop', name: 'db-0' }, container), [
    'shop/Pod/db-0',
    'shop/StatefulSet/db',
  ]);
  assert.deepEqual(workloadNames({ namespace: 'shop', name: 'web' }, container), ['shop/Pod/web']);
});

test('a process of before the sensor that changed its title, user or parent is no drift and no proof; another program is', () => {
  const { behaviour, take, see } = scene();
  take(given());
  const forked = { parent: '@unknown', argv: ['app: worker process'], uid: 101 } as const;
  see(ran('/bin/app', forked), false, true);
  see(ran('/bin/app', { parent: '/bin/app', argv: ['app: worker process'] }), false, true);
  assert.equal(behaviour.hasFindings, false);
  assert.equal(behaviour.state.unjudged, 2);
  see(ran('/tmp/dropped', forked), false, true);
  see(ran('/bin/app', { ...forked, sha256: 'f'.repeat(64), ofImage: false }), false, true);
  assert.deepEqual(codes(behaviour.takeFindings()), [
    'process-not-in-profile /tmp/dropped',
    'process-other-bytes /bin/app',
  ]);
  see(ran('/bin/app', forked));
  assert.equal(behaviour.takeFindings().length, 1, 'one that was seen to start so');
});

test('what a debug session excused and is done again after it is drift, also where the kernel knows and only counts it', () => {
  const { behaviour, take, see } = scene();
  take(given([exception({ debugSession: { workloads: [] } })]));
  see(ran('/bin/id'), false, false, 'exec 1');
  const [excused] = behaviour.takeFindings();
  assert.equal(excused?.session?.name, 'one');
  behaviour.again('exec 1', '2026-11-24T12:59:59Z');
  behaviour.again('exec 2', '2026-11-24T14:00:00Z');
  assert.deepEqual([behaviour.hasFindings, behaviour.state.drifts], [false, []]);
  behaviour.again('exec 1', '2026-11-24T14:00:00Z');
  const [told] = behaviour.takeFindings();
  assert.deepEqual([told?.session, told?.time, told?.process.pid], [null, '2026-11-24T14:00:00Z', 0]);
  assert.notEqual(told?.id, excused?.id, 'both are on record');
  assert.deepEqual(behaviour.state.drifts, [told?.id]);
  behaviour.again('exec 1', '2026-11-24T14:01:00Z');
  assert.equal(behaviour.hasFindings, false);
});

test('what no longer fitted is not called good by a profile that allows less than the one it was judged by', () => {
  const amendment = exception({ profileAmendment: { allow: ['file path=/data/* access=w'] } });
  const flooded = (first: readonly ExceptionEvidence[]) => {
    const { behaviour, take, see } = scene();
    take(given(first));
    for (let n = 0; n < 4096; n++) see(ofImage('/etc/app.conf'));
    see(used('/data/stolen', 'write'));
    return { behaviour, take };
  };
  const { behaviour, take } = flooded([amendment]);
  assert.deepEqual([behaviour.state.drifts, behaviour.state.unjudged], [[], 0]);
  take(undefined);
  take(given([amendment]));
  assert.equal(behaviour.state.unjudged, 0, 'the same again');
  take(given());
  assert.equal(behaviour.state.unjudged, 1);
  take(given([amendment]));
  assert.equal(behaviour.state.unjudged, 1);
});

test('drift beyond what is kept is not forgotten by another profile', () => {
  const { behaviour, take, see } = scene();
  take(given());
  for (let n = 0; n < 6000; n++) see(used(`/data/${n}`));
  assert.equal(behaviour.state.unjudged, 0);
  take(given([exception({ profileAmendment: { allow: ['file path=/data/* access=r'] } })]));
  assert.deepEqual(behaviour.state.drifts, []);
  assert.equal(behaviour.state.unjudged, 6000 - 5096);
});

test('a profile is compiled once an image, however many containers are judged by it', () => {
  let compiled = 0;
  const tools = {
    ...profile,
    compileProfile: (...args: Parameters<typeof profile.compileProfile>) => {
      compiled += 1;
      return profile.compileProfile(...args);
    },
  };
  const profiles = new ImageProfiles(tools);
  profiles.take(subject, given(), '', now);
  for (const id of ['one', 'two', 'three']) {
    const behaviour = new Behaviour(tools, `ns/${id}`, `ns/${id} 1`, []);
    behaviour.judgeBy(profiles.of(subject), subject);
    behaviour.see(used('/etc/shadow'), time, process, noDoubt);
    assert.equal(behaviour.state.drifts.length, 1);
  }
  assert.equal(compiled, 1);
});
