import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Envelope, eventTypes } from '../../src/containers/api/messages.ts';
import { parseEnvelope } from '../../src/containers/stream/parse.ts';
import { HoldfastError } from '../../src/errors/index.ts';

const time = '2026-11-24T12:00:00.000Z';
const envelope = (type: string, value: Uint8Array): Envelope => ({
  timestamp: time,
  namespace: 'k8s.io',
  topic: '/not/looked/at',
  event: { typeUrl: type, value },
});
const step = { ref: { namespace: 'k8s.io', id: 'c1' }, time, missed: false };

test('each kind of event, under each spelling of its type', () => {
  const exit = eventTypes.TaskExit.encode({ containerId: 'c1', id: 'c1', pid: 7, exitStatus: 137 });
  for (const type of ['containerd.events.TaskExit', 'type.googleapis.com/containerd.events.TaskExit']) {
    assert.deepEqual(parseEnvelope(envelope(type, exit)), {
      type: 'task',
      event: { type: 'exited', ...step, pid: 7, code: 137 },
    });
  }
  const ofExec = eventTypes.TaskExit.encode({ containerId: 'c1', id: 'x', pid: 8, exitStatus: 0 });
  assert.deepEqual(parseEnvelope(envelope('containerd.events.TaskExit', ofExec)), {
    type: 'task',
    event: { type: 'exec-exited', ...step, execId: 'x', pid: 8, code: 0 },
  });
  const oom = eventTypes.TaskOOM.encode({ containerId: 'c1' });
  assert.deepEqual(parseEnvelope(envelope('containerd.events.TaskOOM', oom)), {
    type: 'task',
    event: { type: 'oom', ...step },
  });
  const create = eventTypes.ContainerCreate.encode({ id: 'c1', image: 'nginx:1' });
  assert.deepEqual(parseEnvelope(envelope('containerd.events.ContainerCreate', create)), {
    type: 'container-created',
    namespace: 'k8s.io',
    id: 'c1',
    image: 'nginx:1',
    time,
  });
  const image = eventTypes.ImageDelete.encode({ name: 'nginx:1' });
  for (const type of ['containerd.services.images.v1.ImageDelete', 'containerd.events.ImageDelete']) {
    assert.deepEqual(parseEnvelope(envelope(type, image)), {
      type: 'image',
      event: { type: 'image', time, namespace: 'k8s.io', name: 'nginx:1', change: 'deleted' },
    });
  }
});

test('what is of no interest is let go, also what only looks like a type', () => {
  for (const type of ['containerd.events.SnapshotPrepare', '', 'constructor', 'a/toString', '__proto__']) {
    assert.equal(parseEnvelope(envelope(type, new Uint8Array([255]))), undefined);
  }
  assert.equal(parseEnvelope({ timestamp: time, namespace: 'a', topic: '', event: undefined }), undefined);
});

test('an event without namespace, time or container is refused', () => {
  const oom = envelope('containerd.events.TaskOOM', eventTypes.TaskOOM.encode({ containerId: 'c1' }));
  for (const broken of [
    { ...oom, namespace: '' },
    { ...oom, timestamp: '' },
    envelope('containerd.events.TaskOOM', new Uint8Array()),
  ]) {
    assert.throws(() => parseEnvelope(broken), isMalformed);
  }
});

test('any payload under any of the types is an event or a typed error', () => {
  const types = fc.constantFrom(...Object.keys(eventTypes));
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 100 }), (type, value) => {
      try {
        parseEnvelope(envelope(`containerd.events.${type}`, value));
      } catch (error) {
        assert.ok(isMalformed(error), String(error));
      }
    }),
  );
});

function isMalformed(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'containerd-malformed';
}
