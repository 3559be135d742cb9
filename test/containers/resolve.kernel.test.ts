import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Connection, connect, contentStore, openContainerd, resolveImage } from '../../src/containers/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { digestOf, openSource, parseDigest, parseSource, readBlob } from '../../src/oci/index.ts';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';
import { dockerArchive, inIndex, manifestOf, onlyForeign, repacked } from './layouts.ts';
import { Watching } from './watching.ts';

let containerd: TestContainerd;
let connection: Connection;
let layout: string;
const signal = AbortSignal.timeout(120_000);

before(async () => {
  layout = await busyboxImage();
  containerd = await startContainerd();
  connection = connect(containerd.socket);
});

after(async () => {
  connection.close();
  await containerd.stop();
});

/** A namespace of its own, so that one test's content is no other's candidate. */
let count = 0;
const ownNamespace = () => `${containerd.namespace}-${count++}`;
const scratch = (name: string) => join(containerd.scratch, 'tmp', `${name}-${count++}`);

async function resolve(namespace: string, name: string) {
  const { diffIds: _diffIds, ...image } = await resolveImage(connection, namespace, name, { signal });
  return image;
}

test('a name for a plain manifest', async () => {
  const namespace = ownNamespace();
  await containerd.importImage(layout, 'test/plain:1', { namespace });
  const { descriptor, manifest } = manifestOf(layout);
  assert.deepEqual(await resolve(namespace, 'test/plain:1'), {
    name: 'test/plain:1',
    named: 'manifest',
    manifest: descriptor.digest,
    config: manifest.config.digest,
    confirmed: false,
  });
  assert.equal((await resolve(namespace, descriptor.digest)).named, 'manifest');
});

test('a name for an index of several platforms', async () => {
  const namespace = ownNamespace();
  const { layout: several, index } = inIndex(layout, scratch('index'));
  await containerd.importImage(several, 'test/index:1', { namespace, allPlatforms: true, noUnpack: true });
  const { descriptor, manifest } = manifestOf(layout);
  const expected = {
    named: 'index',
    index,
    manifest: descriptor.digest,
    config: manifest.config.digest,
    confirmed: false,
  } as const;
  assert.deepEqual(await resolve(namespace, 'test/index:1'), { name: 'test/index:1', ...expected });
  assert.deepEqual(await resolve(namespace, index), { name: index, ...expected });
});

test('an index without this platform', async () => {
  const namespace = ownNamespace();
  const { layout: other, index } = onlyForeign(layout, scratch('foreign'));
  await containerd.importImage(other, 'test/foreign:1', { namespace, allPlatforms: true, noUnpack: true });
  assert.deepEqual(await resolve(namespace, 'test/foreign:1'), {
    name: 'test/foreign:1',
    named: 'index',
    index,
    confirmed: false,
    unreadable: 'platform-absent',
  });
});

test('a docker-archive: the manifest that containerd made of it', async () => {
  const namespace = ownNamespace();
  const file = scratch('docker.tar');
  dockerArchive(layout, file, 'docker.io/test/docker:1');
  await containerd.importImage(file, 'docker.io/test/docker:1', { namespace });
  const listed = await containerd.try(['images', 'ls'], { namespace });
  const target = /sha256:[0-9a-f]{64}/.exec(listed.stdout)?.[0];
  const image = await resolve(namespace, 'docker.io/test/docker:1');
  assert.deepEqual({ named: image.named, manifest: image.manifest }, { named: 'manifest', manifest: target });
  assert.equal(image.unreadable, undefined);
});

test('a bare config digest: one manifest is the image, several are candidates, none is unknown', async () => {
  const namespace = ownNamespace();
  const { descriptor, manifest } = manifestOf(layout);
  const config = manifest.config.digest;
  await containerd.importImage(layout, 'test/one:1', { namespace });
  assert.deepEqual(await resolve(namespace, config), {
    name: config,
    named: 'config',
    manifest: descriptor.digest,
    config,
    confirmed: false,
  });

  const other = repacked(layout, scratch('repacked'));
  await containerd.importImage(other.layout, 'test/other:1', { namespace });
  assert.deepEqual(await resolve(namespace, config), {
    name: config,
    named: 'config',
    config,
    candidates: [descriptor.digest, other.manifest].sort(),
    confirmed: false,
  });

  const nowhere = `sha256:${'0'.repeat(64)}`;
  const unknown = { named: 'unknown', confirmed: false, unreadable: 'image-unknown' } as const;
  assert.deepEqual(await resolve(namespace, nowhere), { name: nowhere, ...unknown });
  assert.deepEqual(await resolve(namespace, 'test/never:1'), { name: 'test/never:1', ...unknown });
  assert.deepEqual(await resolve(namespace, ''), { name: '', ...unknown });
});

test('layers that were discarded after unpacking: the key is known, the content is not', async () => {
  const namespace = ownNamespace();
  await containerd.importImage(layout, 'test/discarded:1', { namespace });
  const { descriptor, manifest } = manifestOf(layout);
  const gone = manifest.layers.map(({ digest }) => digest);
  await containerd.try(['content', 'rm', ...gone], { namespace });
  const flags = {
    image: 'test/discarded:1',
    id: 'discarded',
    args: ['sleep', '1000'],
    detach: true,
    namespace,
  } as const;
  await containerd.run(flags); // It was unpacked: it runs all the same.
  await using watching = new Watching(containerd.socket);
  const event = await watching.until((one) => one.type === 'container' && one.container.id === 'discarded');
  assert.ok(event.type === 'container');
  assert.deepEqual(event.container.image, {
    name: 'test/discarded:1',
    named: 'manifest',
    manifest: descriptor.digest,
    config: manifest.config.digest,
    confirmed: true,
    unreadable: 'layers-discarded',
  });
  await containerd.remove('discarded', { namespace });
});

test('the content store gives the blobs, whole and in their own bytes', async () => {
  const namespace = ownNamespace();
  await containerd.importImage(layout, 'test/content:1', { namespace, noUnpack: true });
  const store = contentStore(connection, namespace);
  const { descriptor, manifest } = manifestOf(layout);
  for (const { digest, size } of [descriptor, manifest.config, ...manifest.layers]) {
    assert.equal(await store.size(digest, signal), size);
    const bytes = await readBlob(store, { digest, size }, { signal, bound: 1 << 30, place: digest });
    assert.equal(digestOf(bytes), digest);
  }
  const missing = parseDigest(`sha256:${'1'.repeat(64)}`);
  assert.equal(await store.size(missing, signal), undefined);
  await assert.rejects(async () => {
    for await (const _ of store.read(missing, signal));
  }, isCode('blob-missing'));
  // Another namespace holds the same blob, but this one was never given it.
  assert.equal(await contentStore(connection, ownNamespace()).size(descriptor.digest, signal), undefined);
});

test('reading a blob stops when its reader does', async () => {
  const namespace = ownNamespace();
  await containerd.importImage(layout, 'test/stop:1', { namespace, noUnpack: true });
  const store = contentStore(connection, namespace);
  const [layer] = manifestOf(layout).manifest.layers;
  assert.ok(layer !== undefined);
  for await (const _ of store.read(layer.digest, signal)) break;
  const ending = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of store.read(layer.digest, ending.signal)) ending.abort(new Error('enough'));
  }, /enough/);
});

test('SOURCE containerd:[NAMESPACE/]REF', async () => {
  const namespace = ownNamespace();
  const { descriptor, manifest } = manifestOf(layout);
  await containerd.importImage(layout, 'docker.io/test/source:1', { namespace, noUnpack: true });
  const open = (text: string) =>
    openSource(parseSource(text), { signal, openContainerd: openContainerd(containerd.socket) });

  for (const reference of ['docker.io/test/source:1', descriptor.digest, manifest.config.digest]) {
    await using image = await open(`containerd:${namespace}/${reference}`);
    assert.ok(image.kind === 'layers');
    assert.equal(image.identity.manifest, descriptor.digest);
    for (const layer of image.layers) {
      const hash = createHash('sha256');
      for await (const part of layer.open(signal)) hash.update(part);
      assert.equal(`sha256:${hash.digest('hex')}`, layer.digest);
    }
  }
  // Without a namespace, `default` and `k8s.io` are looked in, and here neither has it.
  await assert.rejects(open('containerd:docker.io/test/source:1'), isCode('not-found'));
  await containerd.importImage(layout, 'docker.io/test/source:1', { namespace: 'k8s.io', noUnpack: true });
  await using found = await open('containerd:docker.io/test/source:1');
  assert.ok(found.kind === 'layers' && found.identity.manifest === descriptor.digest);
  const other = repacked(layout, scratch('ambiguous'));
  await containerd.importImage(other.layout, 'docker.io/test/source:1', { namespace: 'default', noUnpack: true });
  await assert.rejects(open('containerd:docker.io/test/source:1'), isCode('source-ambiguous'));
});

test('a blob damaged on disk is not believed', async () => {
  const namespace = ownNamespace();
  await containerd.importImage(layout, 'test/damaged:1', { namespace, noUnpack: true });
  const { descriptor } = manifestOf(layout);
  const hex = descriptor.digest.slice('sha256:'.length);
  const path = join(containerd.root, 'io.containerd.content.v1.content/blobs/sha256', hex);
  const good = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, good.toString().replace('"layers"', '"Layers"'));
  try {
    const image = await resolve(namespace, 'test/damaged:1');
    assert.deepEqual([image.unreadable, image.manifest], ['image-unknown', undefined]);
  } finally {
    writeFileSync(path, good);
  }
});

function isCode(code: string) {
  return (error: unknown) => error instanceof HoldfastError && error.code === code;
}
