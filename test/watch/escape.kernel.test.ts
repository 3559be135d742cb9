import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busyboxImage } from '../support/roots.ts';
import { Watching } from './watching.ts';

const image = 'test.local/busybox:latest';

test('a program run in the host’s mount namespace is an escape; the runtime’s own start is not', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  await watching.start();
  const flags = ['--privileged'];
  const mounts = [{ source: '/proc', target: '/hostproc' }];
  const args = ['sh', '-c', `nsenter --mount=/hostproc/${process.pid}/ns/mnt /bin/true; true`];
  const escaped = await watching.containerd.run({ image, id: 'escape', args, flags, mounts });
  assert.equal(escaped.code, 0, escaped.stderr);
  await watching.containerd.run({ image, id: 'honest', args: ['sh', '-c', 'sleep 0.1'], flags, mounts });
  await Promise.all(['escape', 'honest'].map((id) => watching.ended(id)));
  assert.deepEqual(watching.codes('escape'), ['exec-in-host-namespace']);
  const [finding] = watching.of('finding', 'escape');
  assert.deepEqual((finding?.['process'] as { argv: readonly string[] } | undefined)?.argv, ['/bin/true']);
  assert.deepEqual(watching.codes('honest'), []);
  assert.ok(!watching.of('observation', 'honest').some((line) => String(line['path']).includes('runc')));
});
