import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DriftFinding } from '../../src/watch/index.ts';
import { holdfastIn } from '../support/holdfast.ts';
import { testRegistry } from '../support/registry/server.ts';
import { busyboxImage } from '../support/roots.ts';
import { Watching } from './watching.ts';

interface Verdict {
  readonly word: string;
  readonly reasons: readonly { readonly code: string; readonly findings?: readonly string[] }[];
  readonly terms: { readonly behaviour: { readonly state: string } };
}

const policy = `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: { name: release }
spec:
  images: ["**"]
  authorities:
    - { name: release, keys: [{ file: release.pub }] }
    - { name: security, keys: [{ file: security.pub }] }
  signature: { authorities: [release] }
  profile: required
  exceptions: { authorities: [security] }
`;

const service = [
  'sh',
  '-c',
  'for i in 1 2 3 4 5 6 7 8; do cat /etc/hostname >/dev/null; sleep 0.2; done; echo ready > /tmp/ready; sleep 60',
];

test('a signed profile is judged by from the first second; drift is explained, amended by a signed exception, or excused by a debug session', async () => {
  await using registry = await testRegistry();
  const image = `${registry.host}/shop/app:1`;
  const layout = await busyboxImage();
  await using watching = await Watching.open(layout, image);
  const { scratch, containerd } = watching;
  const holdfast = holdfastIn(scratch);
  for (const name of ['release', 'security', 'stranger']) await holdfast('keygen', '--output-prefix', name);
  await holdfast('copy', `oci:${layout}:latest`, image);
  await holdfast('seal', image, '--key', 'release.key');
  writeFileSync(join(scratch, 'policy.yaml'), policy);

  const recording = holdfast(
    'profile',
    'record',
    '--containerd',
    containerd.socket,
    '--container',
    'recorded',
    '-o',
    'p.json',
    '--seconds',
    '12',
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await containerd.run({ image, id: 'recorded', args: service, detach: true });
  await recording;
  const attest = (type: string, file: string, key: string): Promise<string> =>
    holdfast('attest', image, '--type', type, '--predicate', file, '--key', key);

  // A stranger's profile is there first: it is refused with a code, and the container stays watched.
  await attest('profile', 'p.json', 'stranger.key');
  await watching.start({ HOLDFAST_KEY_PASSWORD: 'secret' }, [
    '--policy',
    join(scratch, 'policy.yaml'),
    '--recheck',
    '1',
  ]);
  await containerd.run({ image, id: 'web', args: service, detach: true });
  const last = (id: string): Verdict | undefined => watching.of('verdict', id).at(-1) as Verdict | undefined;
  const codes = (id: string): readonly string[] => last(id)?.reasons.map(({ code }) => code) ?? [];
  const until = (id: string, holds: () => boolean, what: string): Promise<void> =>
    watching.until(holds, `${what} of ${id}: ${JSON.stringify(last(id))}`);
  await until('web', () => codes('web').includes('profile-refused'), 'refused profile');

  await attest('profile', 'p.json', 'release.key');
  await until('web', () => last('web')?.terms.behaviour.state === 'good', 'good behaviour');

  const drifts = (id: string): readonly DriftFinding[] =>
    watching.of('finding', id).filter((line) => line['term'] === 'behaviour') as unknown as readonly DriftFinding[];
  assert.deepEqual(drifts('web'), []);

  // Only programs of the image: living off the land, from outside.
  await containerd.ctr(
    'tasks',
    'exec',
    '--exec-id',
    'x1',
    'web',
    'sh',
    '-c',
    'cat /etc/passwd >/dev/null; nc -w 1 127.0.0.1 4444 </dev/null; true',
  );
  const found = (code: string, subject: RegExp): DriftFinding | undefined =>
    drifts('web').find((one) => one.code === code && subject.test(one.subject));
  await until(
    'web',
    () => found('connection-not-in-profile', /^tcp 127\.0\.0\.1:4444$/) !== undefined,
    'the connection',
  );
  const shell = found('process-other-parent', /\/(sh|busybox)$/) ?? found('process-not-in-profile', /\/(sh|busybox)$/);
  assert.ok(shell, JSON.stringify(drifts('web')));
  const read = found('file-not-in-profile', /^\/etc\/passwd$/);
  assert.ok(read, JSON.stringify(drifts('web').map(({ code, subject }) => [code, subject])));
  assert.deepEqual(read.process.argv.slice(0, 2), ['cat', '/etc/passwd']);
  assert.equal(read.amendment, 'file path=/etc/passwd access=r');
  await until('web', () => last('web')?.word === 'drifted' && codes('web').includes('behaviour-drifted'), 'drift');
  const story = (await watching.verb('explain', read.id)).stdout;
  assert.match(story, /file-not-in-profile/);
  assert.match(story, /profile amend F-/);
  const status = JSON.parse((await watching.verb('status', 'web', '--json')).stdout) as {
    containers: readonly Verdict[];
  };
  assert.equal(status.containers[0]?.terms.behaviour.state, 'drifted');

  // What is right is allowed by a signed exception: the others stay.
  const ids = drifts('web')
    .filter(({ amendment }) => amendment !== null)
    .map(({ id }) => id);
  await holdfast(
    'profile',
    'amend',
    ...ids,
    '--store',
    watching.store,
    '--issuer',
    'security@shop.example',
    '-o',
    'exception.yaml',
  );
  assert.match(readFileSync(join(scratch, 'exception.yaml'), 'utf8'), /file path=\/etc\/passwd access=r/);
  await attest('exception', 'exception.yaml', 'stranger.key');
  await attest('exception', 'exception.yaml', 'security.key');
  await until('web', () => last('web')?.terms.behaviour.state === 'good', 'amended behaviour');

  // A debug session of another container of the image: on record, and it does not count.
  const session = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ImageException',
    metadata: { name: 'debug-web' },
    spec: {
      subject: { image: `${registry.host}/shop/app`, digest: read.image },
      scope: { debugSession: { workloads: [`${containerd.namespace}/Container/debugged`] } },
      reason: 'why does it wait',
      issuer: 'security@shop.example',
      notBefore: new Date(Date.now() - 60_000).toISOString(),
      expires: new Date(Date.now() + 3_600_000).toISOString(),
    },
  };
  writeFileSync(join(scratch, 'session.json'), JSON.stringify(session));
  await attest('exception', 'session.json', 'security.key');
  await containerd.run({ image, id: 'debugged', args: service, detach: true });
  await until('debugged', () => last('debugged')?.terms.behaviour.state === 'good', 'good behaviour');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  for (const id of ['debugged', 'web'])
    await containerd.ctr('tasks', 'exec', '--exec-id', 'x2', id, 'sh', '-c', 'echo x > /tmp/left');
  await until(
    'debugged',
    () => drifts('debugged').some(({ subject }) => subject === '/tmp/left'),
    'drift in the session',
  );
  await until('web', () => last('web')?.word === 'drifted', 'drift outside the session');
  const excused = drifts('debugged').filter(({ subject }) => subject === '/tmp/left');
  assert.ok(excused.length > 0 && excused.every(({ session: one }) => one?.name === 'debug-web'));
  assert.equal(last('debugged')?.terms.behaviour.state, 'good');
});
