import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../src/profile/index.ts';
import * as profile from '../../src/profile/index.ts';
import { FileMemory } from '../../src/watch/file-memory.ts';
import { ran, recording, session, subject } from '../profile/observations.ts';
import { given } from './support/given.ts';
import { Bench, exec, file, hash, manifestOf, open } from './synthetic.ts';

const sha = 'a'.repeat(64);
const nginx = file(1);
const title = ['nginx: worker process'];
const snapshot = { snapshot: true, hostMountNamespace: false, outside: false, coarse: false, truncated: false };

const recorded = profile.generalise(
  recording(session([ran('/bin/nginx', { parent: '@entry', argv: ['nginx'], ofImage: true, sha256: sha })])),
);

/** A container with this profile, whose image holds nginx. */
function watched(former?: Bench): Bench {
  const made = new Bench({ behaviour: profile }, former?.container);
  made.container.contents.settle(manifestOf({ '/bin/nginx': sha }));
  made.hashes.deliver(hash(nginx, sha), 0);
  made.container.behaviour?.judgeBy(given(recorded), subject);
  return made;
}

const drifts = (made: Bench): readonly string[] =>
  (made.container.behaviour?.takeFindings() ?? []).map(({ code, subject: what }) => `${code} ${what}`);

test('what ran before the sensor is told by its program and bytes, not by the title that it gave itself', () => {
  const made = watched();
  made.container.take(exec(1, 1, 10n, nginx, '/bin/nginx', { argv: ['nginx: master process nginx'], flags: snapshot }));
  made.container.take(exec(1, 7, 11n, nginx, '/bin/nginx', { argv: title, flags: snapshot }));
  assert.deepEqual(drifts(made), []);
  assert.equal(made.container.behaviour?.state.state, 'ready');
  assert.ok((made.container.behaviour?.state.unjudged ?? 0) > 0, 'and it is no proof');
  const dropped = file(2, { place: 'upper' });
  made.hashes.deliver(hash(dropped, 'f'.repeat(64)), 0);
  made.container.take(exec(1, 8, 12n, dropped, '/tmp/x', { argv: title, flags: snapshot }));
  assert.deepEqual(drifts(made), ['process-not-in-profile /tmp/x']);
});

test('where the kernel tells no other arguments any more, behaviour is not called good', () => {
  const made = watched();
  made.container.take(exec(1, 1, 10n, nginx, '/bin/nginx', { argv: ['nginx'] }));
  assert.deepEqual([drifts(made), made.container.behaviour?.state.unjudged], [[], 0]);
  const coarse = { ...snapshot, snapshot: false, coarse: true };
  made.container.take(exec(2, 1, 11n, nginx, '/bin/nginx', { argv: ['nginx'], flags: coarse }));
  assert.deepEqual([drifts(made), made.container.behaviour?.state.unjudged], [[], 1]);
});

test('a container that is stopped and started again is no better for it', () => {
  const made = watched();
  made.container.take(exec(1, 1, 10n, nginx, '/bin/nginx', { argv: ['nginx', '-c', '/tmp/evil'] }));
  assert.deepEqual(drifts(made), ['process-other-arguments /bin/nginx']);
  const dropped = file(2, { place: 'upper' });
  made.hashes.deliver(hash(dropped, 'f'.repeat(64)), 0);
  made.container.take(exec(2, 9, 11n, dropped, '/tmp/x'));
  assert.deepEqual(made.findings(), ['exec-not-in-image /tmp/x']);
  const again = watched(made);
  const { identity, behaviour } = again.container.state('2026-11-24T01:00:00Z', [], { state: 'not-checked' });
  assert.equal(identity.findings.length, 1);
  assert.equal(behaviour.state === 'not-checked' ? 0 : behaviour.drifts.length, 2);
  assert.deepEqual([drifts(again), again.findings()], [['process-not-in-profile /tmp/x'], []], 'told once');
});

test('a program that is started by hundreds of others is still known as the parent of what it starts', () => {
  const observed: Observation[] = [];
  const made = new Bench({ observe: (_, one) => observed.push(one) });
  made.container.contents.settle(manifestOf({ '/bin/nginx': sha }));
  made.hashes.deliver(hash(nginx, sha), 0);
  made.container.take(exec(1, 1, 10n, nginx, '/bin/nginx'));
  for (let n = 0; n < 5000; n++)
    made.container.take(exec(2, 100 + n, 1000n + BigInt(n), nginx, '/bin/nginx', { argv: [`${n}`] }));
  const inside = [1, 0].map((pid) => ({ start: BigInt(pid), program: pid === 1 ? 10n : 0n, pid, uid: 0 }));
  made.container.take(exec(3, 9000, 7n, nginx, '/bin/nginx', { argv: ['last'], ancestors: inside }));
  const last = observed.at(-1);
  assert.equal(last?.kind === 'process' ? last.parent : undefined, '/bin/nginx');
});

test('what a program without a path starts is not taken for what a parent nobody knows started', () => {
  const observed: Observation[] = [];
  const made = new Bench({ observe: (_, one) => observed.push(one) });
  made.container.contents.settle(manifestOf({ '/bin/nginx': sha }));
  made.hashes.deliver(hash(nginx, sha), 0);
  made.container.take(exec(1, 5, 10n, file(3, { place: 'memfd', unlinked: true }), 'memfd:x'));
  const inside = [5, 0].map((pid) => ({ start: BigInt(pid), program: pid === 5 ? 10n : 0n, pid, uid: 0 }));
  made.container.take(exec(3, 6, 7n, nginx, '/bin/nginx', { ancestors: inside }));
  const last = observed.at(-1);
  assert.equal(last?.kind === 'process' ? last.parent : undefined, '/memfd:x');
});

test('of more files than wait for the exec of one process, none is left unjudged', () => {
  const made = watched();
  for (let n = 0; n < 20; n++) {
    const dropped = file(100 + n, { place: 'upper' });
    made.hashes.deliver(hash(dropped, n.toString(16).padStart(64, 'e')), 0);
    made.container.take(open(1, { pid: 40, program: 0n }, dropped, `/tmp/${n}`, 'exec'));
  }
  for (let n = 0; n < 40; n++) made.pass(100);
  assert.equal(made.findings().length, 20);
  assert.ok(made.container.settled);
});

test('a program on a volume is named as it was opened last, whatever else was opened and whose number it has', () => {
  const files = new FileMemory();
  files.named(file(1), '/data/good');
  for (let n = 2; n < 6000; n++) files.named(file(n), `/data/${n}`);
  files.named(file(1, { gen: 2 }), '/data/evil');
  assert.equal(files.nameOf(file(1, { gen: 2 })), '/data/evil');
  assert.equal(files.nameOf(file(2)), undefined);
});
