import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadPolicies } from '../../src/policy/index.ts';
import { decided } from './policies.ts';
import { alice, bob, by, signature } from './signed.ts';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-policy-'));
});
after(() => rm(directory, { recursive: true }));

const never = new AbortController().signal;

function text(name: string, keyFile: string): string {
  return `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: {name: ${name}}
spec:
  images: ["**"]
  authorities:
  - name: a
    keys:
    - file: ${keyFile}
  signature: {authorities: [a]}
`;
}

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

test('a policy with its key in a file beside it', async () => {
  await file('a.pub', alice.pem);
  const { policies, exceptions } = await loadPolicies([await file('p.yaml', text('p', 'a.pub'))], never);
  assert.equal(decided(policies, [signature([by(alice.party)])]).result, 'allow');
  assert.equal(decided(policies, [signature([by(bob.party)])]).result, 'deny');
  assert.deepEqual(
    policies.flatMap(({ trustedKeys }) => trustedKeys.map(({ id }) => id)),
    [alice.party.key],
  );
  assert.deepEqual(exceptions, []);
});

test('another key in the same file is another policy', async () => {
  const path = await file('q.yaml', text('q', 'q.pub'));
  await file('q.pub', alice.pem);
  const first = await loadPolicies([path], never);
  await file('q.pub', bob.pem);
  const second = await loadPolicies([path], never);
  assert.notEqual(first.policies[0]?.digest, second.policies[0]?.digest);
});

test('what can not be read is named: the file, or the place in the policy that names a key', async () => {
  await assert.rejects(loadPolicies([join(directory, 'none.yaml')], never), {
    code: 'policy-unreadable',
    place: join(directory, 'none.yaml'),
  });
  const path = await file('r.yaml', text('r', 'none.pub'));
  await assert.rejects(loadPolicies([path], never), {
    code: 'policy-unreadable',
    place: `${path}, line 9, column 7, at spec.authorities[0].keys[0].file`,
  });
  await assert.rejects(loadPolicies([await file('s.yaml', text('s', '/dev/zero'))], never), { code: 'policy-limit' });
  await assert.rejects(loadPolicies(['/dev/zero'], never), { code: 'policy-limit' });
  await assert.rejects(loadPolicies([directory], never), { code: 'policy-unreadable' });
});

test('two policies of one name are one too many', async () => {
  await file('a.pub', alice.pem);
  const paths = [await file('t.yaml', text('t', 'a.pub')), await file('u.yaml', text('t', 'a.pub'))];
  await assert.rejects(loadPolicies(paths, never), { code: 'policy-malformed' });
});

test('a signal stops it', async () => {
  await assert.rejects(loadPolicies([join(directory, 'p.yaml')], AbortSignal.abort(new Error('stop'))), /stop/);
});
