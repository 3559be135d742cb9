import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FileManifest, fileManifest, packageReaders, readContents } from '../../src/contents/index.ts';
import { openSource, parseSource } from '../../src/oci/index.ts';
import { holdfastIn } from '../support/holdfast.ts';
import { withLayer } from '../support/layered.ts';
import { testRegistry } from '../support/registry/server.ts';
import { busyboxImage } from '../support/roots.ts';
import { Watching } from './watching.ts';

const policy = `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: { name: release }
spec:
  images: ["**"]
  authorities: [{ name: release, keys: [{ file: release.pub }] }]
  signature: { authorities: [release] }
`;

interface Verdict {
  readonly terms: { readonly identity: { readonly state: string } };
}

const loop = ['sh', '-c', 'while true; do sleep 0.3; done'];

test('identity is judged by the signed file manifest: one that differs from the image is a finding, and a program it names otherwise too', async () => {
  await using registry = await testRegistry();
  const image = `${registry.host}/shop/app:1`;
  const layout = await busyboxImage();
  await using watching = await Watching.open(layout, image);
  const { scratch, containerd } = watching;
  const holdfast = holdfastIn(scratch);
  for (const name of ['release', 'stranger']) await holdfast('keygen', '--output-prefix', name);
  await holdfast('copy', `oci:${layout}:latest`, image);
  await holdfast('sign', image, '--key', 'release.key');
  writeFileSync(join(scratch, 'policy.yaml'), policy);

  // Somebody says that the image's shell has other bytes: a stranger first, who is not believed.
  const manifest = await manifestOf(layout);
  const changed = {
    ...manifest,
    directories: manifest.directories.map(([directory, files]) => [
      directory,
      files.map(([name, sha256, ...rest]) => [name, name === 'busybox' ? 'A'.repeat(43) : sha256, ...rest]),
    ]),
  };
  assert.notDeepEqual(changed, manifest);
  writeFileSync(join(scratch, 'manifest.json'), JSON.stringify(changed));
  const attest = (key: string): Promise<string> =>
    holdfast('attest', image, '--type', 'file-manifest', '--predicate', 'manifest.json', '--key', key);
  await attest('stranger.key');
  await watching.start({}, ['--policy', join(scratch, 'policy.yaml'), '--recheck', '1']);
  await containerd.run({ image, id: 'app', args: loop, detach: true });
  const identity = (): string | undefined =>
    (watching.of('verdict', 'app').at(-1) as Verdict | undefined)?.terms.identity.state;
  await watching.until(() => identity() === 'good', 'good identity');
  assert.deepEqual(watching.of('finding', 'app'), []);

  await attest('release.key');
  await watching.until(() => identity() === 'drifted', 'drifted identity');
  const [differs] = watching.of('finding', 'app');
  assert.equal(differs?.['code'], 'file-manifest-differs');
  assert.match(String(differs?.['why']), /differs from the image as it is read here in 1 file: \/bin\/busybox/);

  // What runs from now on is held against the signed one.
  await containerd.ctr('tasks', 'exec', '--exec-id', 'x', 'app', 'busybox', 'true');
  await watching.until(
    () => watching.of('finding', 'app').some(({ code }) => code === 'exec-modified'),
    'the program with other bytes than were signed',
  );

  // The right one beside it is enough.
  await holdfast('seal', image, '--key', 'release.key');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await containerd.run({ image, id: 'again', args: loop, detach: true });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.deepEqual(watching.of('finding', 'again'), []);
});

test('where this host can’t read the layers, the signed file manifest stands for them', async () => {
  await using registry = await testRegistry();
  const image = `${registry.host}/shop/gone:1`;
  await using watching = await Watching.open(await busyboxImage(), 'test.local/other:1');
  const { scratch, containerd } = watching;
  const extra = join(scratch, 'extra.txt');
  writeFileSync(extra, 'extra'.repeat(3000));
  const layout = withLayer(await busyboxImage(), { '/etc/extra': extra }, scratch);
  const holdfast = holdfastIn(scratch);
  await holdfast('keygen', '--output-prefix', 'release');
  await holdfast('copy', `oci:${layout}:latest`, image);
  await holdfast('seal', image, '--key', 'release.key');
  writeFileSync(join(scratch, 'policy.yaml'), policy);
  await containerd.importImage(layout, image);
  const blobs = join(layout, 'blobs/sha256');
  const isLayer = (blob: string): boolean => readFileSync(join(blobs, blob)).subarray(0, 2).equals(gzip);
  for (const blob of readdirSync(blobs).filter(isLayer)) await containerd.ctr('content', 'rm', `sha256:${blob}`);

  await watching.start({}, ['--policy', join(scratch, 'policy.yaml')]);
  await containerd.run({ image, id: 'gone', args: loop, detach: true });
  const identity = (): string | undefined =>
    (watching.of('verdict', 'gone').at(-1) as Verdict | undefined)?.terms.identity.state;
  await watching.until(() => identity() === 'good', 'good identity');
  const status = JSON.parse((await watching.verb('status', 'gone', '--json')).stdout) as {
    containers: readonly Verdict[];
  };
  assert.equal(status.containers[0]?.terms.identity.state, 'good');
  const drop = 'cp /bin/busybox /tmp/true; echo x >> /tmp/true; /tmp/true';
  await containerd.ctr('tasks', 'exec', '--exec-id', 'x', 'gone', 'sh', '-c', drop);
  await watching.until(
    () => watching.of('finding', 'gone').some(({ code }) => code === 'exec-not-in-image'),
    'the dropped program',
  );
});

const gzip = Buffer.from([0x1f, 0x8b]);

async function manifestOf(layout: string): Promise<FileManifest> {
  const { signal } = new AbortController();
  await using source = await openSource(parseSource(`oci:${layout}:latest`), { signal });
  return fileManifest(await readContents(source, { signal, readers: packageReaders }));
}
