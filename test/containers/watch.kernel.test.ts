import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ContainerEvent } from '../../src/containers/index.ts';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { busyboxImage, debianImage } from '../support/roots.ts';
import { idOf, Watching } from './watching.ts';

const image = 'test/busybox:latest';
let containerd: TestContainerd;

before(async () => {
  containerd = await startContainerd();
  await containerd.importImage(await busyboxImage(), image);
});

after(() => containerd.stop());

const connected = (event: ContainerEvent) => event.type === 'connected';

test('the whole life of a container is told in order, once', async () => {
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  await containerd.run({ image, id: 'life', args: ['sh', '-c', 'exit 3'] });
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'life');
  const told = watching.of('life');
  assert.deepEqual(
    told.map(({ type }) => type),
    ['container', 'task-created', 'started', 'exited', 'removed'],
  );
  const [first, created, started, exited] = told;
  assert.ok(first?.type === 'container' && created?.type === 'task-created' && exited?.type === 'exited');
  assert.equal(first.listed, false);
  assert.equal(first.container.namespace, containerd.namespace);
  assert.equal(first.container.complete, true);
  assert.deepEqual(first.container.snapshot, { snapshotter: 'overlayfs', key: 'life' });
  assert.equal(first.container.image.name, image);
  assert.equal(first.container.image.confirmed, true);
  assert.equal(exited.code, 3);
  assert.equal(started?.type === 'started' && started.pid, created.pid);
  assert.match(created.bundle, /\/life$/);
});

test('a container older than the watcher is listed with its process, and entering it is told', async () => {
  await containerd.run({ image, id: 'older', args: ['sleep', '1000'], detach: true });
  const pid = Number(/older\s+(\d+)/.exec(await containerd.ctr('tasks', 'ls'))?.[1]);
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  const [first, ...rest] = watching.of('older');
  assert.ok(first?.type === 'container');
  assert.deepEqual({ listed: first.listed, pid: first.container.pid, rest }, { listed: true, pid, rest: [] });

  await containerd.exec('older', ['true']);
  const entered = await watching.until((event) => event.type === 'exec-started' && event.ref.id === 'older');
  const left = await watching.until((event) => event.type === 'exec-exited' && event.ref.id === 'older');
  assert.ok(entered.type === 'exec-started' && left.type === 'exec-exited');
  assert.deepEqual({ execId: left.execId, pid: left.pid, code: left.code }, { ...pick(entered), code: 0 });
  await containerd.remove('older');
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'older');
});

function pick(event: ContainerEvent & { type: 'exec-started' }) {
  return { execId: event.execId, pid: event.pid };
}

test('200 containers of 20 ms, ten at a time, are all told with their image and all their steps', async () => {
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  const ids = Array.from({ length: 200 }, (_, index) => `short-${index}`);
  const waiting = [...ids];
  const runSome = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const ended = await containerd.run({ image, id, args: ['usleep', '20000'] });
      assert.equal(ended.code, 0, ended.stderr);
    }
  };
  await Promise.all(Array.from({ length: 10 }, runSome));
  for (const id of ids) await watching.until((event) => event.type === 'removed' && event.ref.id === id);
  for (const id of ids) {
    const told = watching.of(id);
    assert.deepEqual(
      told.map(({ type }) => type),
      ['container', 'task-created', 'started', 'exited', 'removed'],
      id,
    );
    const [first] = told;
    assert.ok(first?.type === 'container');
    assert.equal(first.container.image.name, image);
    assert.equal(first.container.image.named, 'manifest');
    assert.ok(first.container.image.manifest !== undefined);
  }
});

test('a record that never gets a task is told and taken back', async () => {
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  await containerd.ctr('containers', 'create', image, 'record');
  await containerd.ctr('containers', 'rm', 'record');
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'record');
  assert.deepEqual(
    watching.of('record').map(({ type }) => type),
    ['container', 'removed'],
  );
});

test('a pod is read from the labels that CRI sets, a sandbox told from a container', async () => {
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  const pod = {
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
    'io.kubernetes.pod.uid': '8f4e8a1c-0000-4000-8000-000000000001',
  };
  await containerd.run({ image, id: 'pause', args: ['true'], labels: { ...pod, 'io.cri-containerd.kind': 'sandbox' } });
  const labels = { ...pod, 'io.cri-containerd.kind': 'container', 'io.kubernetes.container.name': 'nginx' };
  await containerd.run({ image, id: 'main', args: ['true'], labels });
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'main');
  const [sandbox, main] = ['pause', 'main'].map((id) => watching.of(id)[0]);
  assert.ok(sandbox?.type === 'container' && main?.type === 'container');
  const expected = { name: 'web-0', namespace: 'shop', uid: pod['io.kubernetes.pod.uid'] };
  assert.deepEqual([sandbox.container.kind, sandbox.container.pod], ['sandbox', expected]);
  assert.deepEqual([main.container.kind, main.container.pod, main.container.name], ['container', expected, 'nginx']);
});

test('containerd dies and comes back: a gap is stated, what ended or began meanwhile is made good', async () => {
  await containerd.run({ image, id: 'stays', args: ['sleep', '1000'], detach: true });
  await containerd.run({ image, id: 'ends', args: ['sleep', '1000'], detach: true });
  const pid = Number(/ends\s+(\d+)/.exec(await containerd.ctr('tasks', 'ls'))?.[1]);
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  await containerd.kill();
  const lost = await watching.until((event) => event.type === 'disconnected');
  process.kill(pid, 'SIGKILL'); // A container's process, while nobody watches.
  await containerd.start();
  await containerd.run({ image, id: 'begins', args: ['sleep', '1000'], detach: true });
  const back = await watching.until((event) => event.type === 'connected' && event.time > lost.time);
  assert.ok(lost.type === 'disconnected' && back.type === 'connected');

  await watching.until((event) => event.type === 'exited' && event.ref.id === 'ends');
  await watching.until((event) => event.type === 'container' && event.container.id === 'begins');
  const told = (id: string) => watching.of(id).map(({ type }) => type);
  assert.deepEqual(told('stays'), ['container'], 'told once, not again after the gap');
  assert.deepEqual(told('ends'), ['container', 'exited']);
  assert.equal(watching.events.filter(({ type }) => type === 'disconnected').length, 1);

  // And what comes after the gap is told as before.
  await containerd.run({ image, id: 'afterwards', args: ['true'] });
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'afterwards');
  for (const id of ['stays', 'ends', 'begins']) await containerd.remove(id);
});

test('a watcher that starts before containerd states it once and goes on by itself', async () => {
  await containerd.kill();
  await using watching = new Watching(containerd.socket);
  const gap = await watching.until((event) => event.type === 'disconnected');
  assert.ok(gap.type === 'disconnected' && gap.reason !== '');
  await containerd.start();
  await watching.until(connected);
  assert.deepEqual(
    watching.events.map(({ type }) => type),
    ['disconnected', 'connected'],
  );
});

test('a containerd that hangs with its socket open is a gap too', async () => {
  await using watching = new Watching(containerd.socket, { heartbeatEvery: 200, answerWithin: 500 });
  await watching.until(connected);
  const pid = containerd.pid;
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  try {
    const gap = await watching.until((event) => event.type === 'disconnected');
    assert.ok(gap.type === 'disconnected');
    assert.match(gap.reason, /did not answer in time/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await watching.until(() => watching.events.at(-1)?.type === 'connected');
});

test('comparisons with the lists tell nothing again that was told', async () => {
  await using watching = new Watching(containerd.socket, { relistEvery: 500 });
  await watching.until(connected);
  await containerd.run({ image, id: 'compared', args: ['sleep', '1000'], detach: true });
  await watching.until((event) => event.type === 'started' && event.ref.id === 'compared');
  await new Promise((done) => setTimeout(done, 2500));
  assert.deepEqual(
    watching.events.filter((event) => idOf(event) === 'compared').map(({ type }) => type),
    ['container', 'task-created', 'started'],
  );
  await containerd.remove('compared');
  await watching.until((event) => event.type === 'removed' && event.ref.id === 'compared');
});

test('a tag that moved after the container was made does not lend it the new image', async () => {
  await containerd.run({ image, id: 'moved', args: ['sleep', '1000'], detach: true });
  const earlier = new Watching(containerd.socket);
  await earlier.until(connected);
  const [first] = earlier.of('moved');
  await earlier[Symbol.asyncDispose]();
  assert.ok(first?.type === 'container' && first.container.image.manifest !== undefined);

  await containerd.ctr('images', 'tag', image, 'test/kept:latest');
  await containerd.importImage(await debianImage(), image);
  await using watching = new Watching(containerd.socket);
  await watching.until(connected);
  const [again] = watching.of('moved');
  assert.ok(again?.type === 'container');
  const { manifest, unreadable, candidates, confirmed } = again.container.image;
  assert.deepEqual(
    { manifest, unreadable, candidates, confirmed },
    { manifest: undefined, unreadable: 'image-moved', candidates: [first.container.image.manifest], confirmed: false },
  );
  await containerd.remove('moved');
});
