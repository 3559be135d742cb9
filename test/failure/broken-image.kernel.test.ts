import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLayer } from '../support/layered.ts';
import { busyboxImage } from '../support/roots.ts';
import { Scene } from './scene.ts';

interface Verdict {
  readonly word: string;
  readonly terms: {
    readonly identity: { readonly state: string; readonly reasons: readonly { readonly code: string }[] };
  };
}

const loop = ['sh', '-c', 'while true; do sleep 0.3; done'];

test('an image whose layer is damaged or gone: its containers are unknown, with the reason, and others stay watched', async () => {
  await using scene = await Scene.open();
  const { watching } = scene;
  const { containerd, scratch } = watching;
  const blobs = join(containerd.root, 'io.containerd.content.v1.content/blobs/sha256');
  const before = new Set(readdirSync(blobs));
  const hurt = async (name: string, how: (layer: string) => Promise<unknown> | void): Promise<void> => {
    const extra = join(scratch, `${name}.txt`);
    writeFileSync(extra, name.repeat(3000));
    await containerd.importImage(
      withLayer(await busyboxImage(), { '/etc/extra': extra }, scratch),
      `test.local/${name}:latest`,
    );
    // The new layer is the only new blob that is neither JSON nor there before.
    const added = readdirSync(blobs).filter((blob) => !before.has(blob));
    for (const blob of added) before.add(blob);
    const layer = added.find((blob) => isGzip(join(blobs, blob)));
    assert.ok(layer, 'the layer that was added');
    await how(layer);
    await containerd.run({ image: `test.local/${name}:latest`, id: name, args: loop, detach: true });
  };
  await watching.start();
  await scene.run('sound');
  await hurt('damaged', (layer) => truncateSync(join(blobs, layer), Math.floor(statSync(join(blobs, layer)).size / 2)));
  await hurt('gone', async (layer) => await containerd.ctr('content', 'rm', `sha256:${layer}`));

  const identity = (id: string): Verdict | undefined => watching.of('verdict', id).at(-1) as Verdict | undefined;
  const reasons = (id: string) => identity(id)?.terms.identity.reasons.map((one) => one.code);
  for (const [id, reason] of [
    ['damaged', 'contents-unreadable'],
    ['gone', 'layers-discarded'],
  ] as const) {
    await watching.until(
      () => reasons(id)?.includes('contents-pending') === false && identity(id)?.terms.identity.state === 'unknown',
      `the verdict on ${id}`,
    );
    assert.deepEqual(reasons(id), [reason]);
  }
  for (const id of ['damaged', 'gone']) assert.notEqual(identity(id)?.word, 'verified');
  const said = watching.of('image').filter((line) => line['state'] === 'unreadable');
  assert.ok(said.length >= 1, JSON.stringify(watching.of('image')));
  await scene.play('sound', 'still-watched');
  assert.equal(
    watching.of('finding', 'damaged').length + watching.of('finding', 'gone').length,
    0,
    'nothing is guessed',
  );
});

function isGzip(path: string): boolean {
  return readFileSync(path)
    .subarray(0, 2)
    .equals(Buffer.from([0x1f, 0x8b]));
}
