import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdfastIn } from '../support/holdfast.ts';
import { testRegistry } from '../support/registry/server.ts';
import { busyboxImage } from '../support/roots.ts';
import { Watching } from './watching.ts';

interface Verdict {
  readonly word: string;
  readonly reasons: readonly { readonly code: string; readonly detail?: string }[];
  readonly terms: { readonly provenance: { readonly state: string } };
}

const loop = ['sh', '-c', 'while true; do sleep 0.3; done'];

function policy(key: string): string {
  return `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: { name: release }
spec:
  images: ["**"]
  authorities: [{ name: release, keys: [{ file: ${key} }] }]
  signature: { authorities: [release] }
  sbom: { authorities: [release] }
`;
}

test('provenance is judged by digest, and again when the policy changes; an unreachable registry takes nothing away', async () => {
  await using registry = await testRegistry();
  const image = `${registry.host}/shop/app:1`;
  const layout = await busyboxImage();
  await using watching = await Watching.open(layout, image);
  const { scratch } = watching;
  const holdfast = holdfastIn(scratch);
  for (const name of ['release', 'other']) await holdfast('keygen', '--output-prefix', name);
  await holdfast('copy', `oci:${layout}:latest`, image);
  await holdfast('seal', image, '--key', 'release.key');
  const file = join(scratch, 'policy.yaml');
  writeFileSync(file, policy('release.pub'));
  await watching.start({}, ['--policy', file]);
  await watching.containerd.run({ image, id: 'sealed', args: loop, detach: true });

  const last = (id: string): Verdict | undefined => watching.of('verdict', id).at(-1) as Verdict | undefined;
  const until = async (id: string, state: string): Promise<Verdict> => {
    await watching.until(
      () => last(id)?.terms.provenance.state === state,
      `provenance ${state} of ${id}: ${JSON.stringify(last(id))}`,
    );
    return last(id) as Verdict;
  };
  const codes = ({ reasons }: Verdict): readonly string[] => reasons.map(({ code }) => code);
  const good = await until('sealed', 'good');
  assert.deepEqual(codes(good), ['no-signed-profile', 'advisories-not-checked']);
  const requests = registry.requests.length;

  // A second container of the digest costs nothing, also where nobody answers any more.
  registry.intercept = (_, response) => {
    response.writeHead(503).end();
    return true;
  };
  await watching.containerd.run({ image, id: 'second', args: loop, detach: true });
  await until('second', 'good');
  assert.equal(registry.requests.length, requests);
  registry.intercept = undefined;

  // Another key is trusted from now on.
  writeFileSync(`${file}.new`, policy('other.pub'));
  renameSync(`${file}.new`, file);
  for (const id of ['sealed', 'second']) {
    const refused = await until(id, 'unverified');
    const reason = refused.reasons.find(({ code }) => code === 'provenance-refused');
    assert.match(reason?.detail ?? '', /signature: evidence-missing|signature: /);
  }
  const status = JSON.parse((await watching.verb('status', 'sealed', '--json')).stdout) as {
    containers: readonly Verdict[];
  };
  assert.ok(codes(status.containers[0] as Verdict).includes('provenance-refused'));
});

test('an image that no registry has under its name is unknown in provenance, with the reason; a bad policy ends it', async () => {
  await using registry = await testRegistry();
  const image = `${registry.host}/shop/local:1`;
  await using watching = await Watching.open(await busyboxImage(), image);
  const file = join(watching.scratch, 'policy.yaml');
  writeFileSync(file, 'kind: Nonsense\n');
  await assert.rejects(watching.start({}, ['--policy', file]), /policy-malformed/);
  writeFileSync(
    file,
    policy('release.pub').replace('{ file: release.pub }', `{ file: ${join(watching.scratch, 'none.pub')} }`),
  );
  await assert.rejects(watching.start({}, ['--policy', file]), /policy-unreadable/);

  writeFileSync(
    file,
    policy('release.pub').replace(/ {2}authorities: .*\n {2}signature: .*\n {2}sbom: .*\n/, '  allowUnsigned: true\n'),
  );
  await watching.start({}, ['--policy', file]);
  await watching.containerd.run({ image, id: 'local', args: loop, detach: true });
  await watching.until(
    () =>
      (watching.of('verdict', 'local').at(-1) as Verdict | undefined)?.reasons.some(
        ({ code, detail }) => code === 'provenance-unavailable' && /not-found/.test(detail ?? ''),
      ) === true,
    'the reason',
  );
});
