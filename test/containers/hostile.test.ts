import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as m from '../../src/containers/api/messages.ts';
import * as methods from '../../src/containers/api/methods.ts';
import { message, nested, string, timestamp } from '../../src/containers/api/schema.ts';
import { connect, contentStore, resolveImage } from '../../src/containers/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { digestOf, parseDigest, readBlob } from '../../src/oci/index.ts';
import { type Script, startFake, status } from './fake.ts';
import { Watching } from './watching.ts';

const garbage = Uint8Array.from([0x0a, 0xff, 0xff, 0xff]);
const signal = AbortSignal.timeout(60_000);
const isCode = (code: string) => (error: unknown) => error instanceof HoldfastError && error.code === code;

async function withFake(
  script: Script,
  use: (connection: ReturnType<typeof connect>, socket: string) => Promise<void>,
) {
  await using fake = await startFake(script);
  const connection = connect(fake.socket);
  try {
    await use(connection, fake.socket);
  } finally {
    connection.close();
  }
}

const versionPath = methods.version.path;

for (const [what, answer, code] of [
  ['garbage', garbage, 'containerd-malformed'],
  ['an answer over 16 MiB', new Uint8Array((16 << 20) + 1), 'containerd-malformed'],
  ['silence', 'hang', 'containerd-unreachable'],
  ['permission denied', { error: status.PERMISSION_DENIED }, 'containerd-refused'],
  ['not found where it must be', { error: status.NOT_FOUND }, 'containerd-refused'],
  ['unavailable', { error: status.UNAVAILABLE }, 'containerd-unreachable'],
] as const) {
  test(`a call answered by ${what}: ${code}`, async () => {
    await withFake({ unary: { [versionPath]: () => answer } }, async (connection) => {
      await assert.rejects(connection.call(methods.version, {}, { timeout: 1000 }), isCode(code));
    });
  });
}

test('a method that an older containerd lacks: containerd-refused', async () => {
  await withFake({}, async (connection) => {
    await assert.rejects(connection.call(methods.version, {}), isCode('containerd-refused'));
  });
});

test('an aborted call throws the reason, at once', async () => {
  await withFake({ unary: { [versionPath]: () => 'hang' } }, async (connection) => {
    const ending = new AbortController();
    const calling = connection.call(methods.version, {}, { signal: ending.signal, timeout: 30_000 });
    setTimeout(() => ending.abort(new Error('enough')), 50);
    await assert.rejects(calling, /enough/);
    await assert.rejects(connection.call(methods.version, {}, { signal: ending.signal }), /enough/);
  });
});

test('a socket that is no containerd', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-fake-'));
  const socket = join(directory, 's');
  const open = new Set<Socket>();
  const server = createServer((peer) => {
    open.add(peer);
    peer.on('error', () => {});
    peer.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  await new Promise<void>((done) => server.listen(socket, done));
  const connection = connect(socket);
  await assert.rejects(connection.call(methods.version, {}, { timeout: 2000 }), isCode('containerd-unreachable'));
  connection.close();
  for (const peer of open) peer.destroy();
  server.close();
  rmSync(directory, { recursive: true });
  const nowhere = connect(socket);
  await assert.rejects(nowhere.call(methods.version, {}, { timeout: 2000 }), isCode('containerd-unreachable'));
  nowhere.close();
});

const blob = Buffer.from('0123456789');
const digest = digestOf(blob);
const info = (size: number) => m.infoAnswer.encode({ info: { digest, size, labels: {} } });
const part = (offset: number, data: Uint8Array) => m.readAnswer.encode({ offset, data });

for (const [what, size, parts, code] of [
  ['parts out of order', 10, [part(5, blob.subarray(5)), part(0, blob.subarray(0, 5))], 'containerd-malformed'],
  ['more than was announced', 5, [part(0, blob)], 'containerd-malformed'],
  ['less than was announced', 20, [part(0, blob)], 'containerd-malformed'],
  ['garbage', 10, [garbage], 'containerd-malformed'],
  ['other bytes', 10, [part(0, Buffer.from('abcdefghij'))], 'digest-mismatch'],
] as const) {
  test(`a blob of ${what}: ${code}`, async () => {
    const script = {
      unary: { [methods.contentInfo.path]: () => info(size) },
      streams: { [methods.readContent.path]: () => parts },
    };
    await withFake(script, async (connection) => {
      const store = contentStore(connection, 'default');
      await assert.rejects(readBlob(store, { digest, size }, { signal, bound: 100, place: 'test' }), isCode(code));
    });
  });
}

test('a manifest of a gigabyte is not fetched', async () => {
  let read = 0;
  const script = {
    unary: { [methods.contentInfo.path]: () => info(1 << 30) },
    streams: { [methods.readContent.path]: () => [part(0, blob.subarray(0, (read += 1)))] },
  };
  await withFake(script, async (connection) => {
    const image = await resolveImage(connection, 'default', digest, { signal });
    assert.deepEqual([image.unreadable, image.manifest, read], ['image-unknown', undefined, 0]);
  });
});

test('one document for every digest is caught by the digest', async () => {
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const script = {
    unary: { [methods.contentInfo.path]: () => info(index.length) },
    streams: { [methods.readContent.path]: () => [part(0, index)] },
  };
  await withFake(script, async (connection) => {
    const image = await resolveImage(connection, 'default', parseDigest(`sha256:${'a'.repeat(64)}`), { signal });
    assert.equal(image.unreadable, 'image-unknown');
  });
});

const record = {
  id: 'c1',
  image: '',
  labels: {},
  spec: undefined,
  snapshotter: '',
  snapshotKey: '',
  createdAt: '2026-01-01T00:00:00.000Z',
};
const listing = (containers: () => readonly Uint8Array[], events: () => readonly (Uint8Array | 'hang')[]): Script => ({
  unary: {
    [versionPath]: () => m.versionAnswer.encode({ version: '0' }),
    [methods.listNamespaces.path]: () => m.namespacesAnswer.encode({ namespaces: [{ name: 'default' }] }),
    [methods.listTasks.path]: () => new Uint8Array(),
    [methods.getContainer.path]: () => ({ error: status.NOT_FOUND }),
  },
  streams: { [methods.streamContainers.path]: containers, [methods.subscribe.path]: events },
});

test('a container whose event was lost is told by the next comparison', async () => {
  let there = false;
  await using fake = await startFake(
    listing(
      () => (there ? [m.containerAnswer.encode({ container: record })] : []),
      () => ['hang'],
    ),
  );
  await using watching = new Watching(fake.socket, { relistEvery: 100 });
  await watching.until((event) => event.type === 'connected');
  there = true;
  const told = await watching.until((event) => event.type === 'container');
  assert.ok(told.type === 'container' && told.listed && told.container.id === 'c1');
  there = false;
  const removed = await watching.until((event) => event.type === 'removed');
  assert.ok(removed.type === 'removed' && removed.missed);
});

test('a container that is gone before it can be asked about has what its event said', async () => {
  const time = '2026-01-01T00:00:00.000Z';
  const create = m.eventTypes.ContainerCreate.encode({ id: 'c1', image: 'nginx:1' });
  const event = { typeUrl: 'containerd.events.ContainerCreate', value: create };
  const sent = m.envelope.encode({ timestamp: time, namespace: 'default', topic: '/containers/create', event });
  await using fake = await startFake(
    listing(
      () => [],
      () => [sent, 'hang'],
    ),
  );
  await using watching = new Watching(fake.socket);
  const told = await watching.until((one) => one.type === 'container');
  assert.ok(told.type === 'container');
  const { namespace, id, image, complete, created } = told.container;
  assert.deepEqual(
    { namespace, id, name: image.name, complete, created },
    {
      namespace: 'default',
      id: 'c1',
      name: 'nginx:1',
      complete: false,
      created: time,
    },
  );
});

for (const [what, events] of [
  ['garbage', [garbage]],
  ['an event without a namespace', [broken()]],
  ['an end without a reason', []],
] as const) {
  test(`a stream of ${what} is a stated gap, and watching goes on`, async () => {
    let connections = 0;
    await using fake = await startFake(
      listing(
        () => [],
        () => (connections++ === 0 ? events : ['hang']),
      ),
    );
    await using watching = new Watching(fake.socket);
    await watching.until((event) => event.type === 'connected');
    assert.equal(watching.events[0]?.type, 'disconnected');
  });
}

test('a list without end ends', async () => {
  const endless = Array.from({ length: 50_001 }, (_, index) =>
    m.containerAnswer.encode({ container: { ...record, id: `c${index}` } }),
  );
  await using fake = await startFake(
    listing(
      () => endless,
      () => ['hang'],
    ),
  );
  await using watching = new Watching(fake.socket, { answerWithin: 60_000 });
  const gap = await watching.until((event) => event.type === 'disconnected', 60_000);
  assert.ok(gap.type === 'disconnected');
  assert.match(gap.reason, /more than 50000 containers/);
});

function broken(): Uint8Array {
  const event = message({ typeUrl: string(1) });
  const envelope = message({ timestamp: timestamp(1), event: nested(4, event) });
  return envelope.encode({ timestamp: '2026-01-01T00:00:00.000Z', event: { typeUrl: 'containerd.events.TaskOOM' } });
}
