import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameDecoder, type SensorEvent } from '../../src/sensor/index.ts';
import { SequenceWatch } from '../../src/sensor/sequence.ts';
import { frame } from './encode.ts';

function exit(seq: number, container: bigint, containerSeq: number): SensorEvent {
  const [event] = new FrameDecoder().push(frame('exit', { seq, container, container_seq: containerSeq }));
  assert.ok(event);
  return event;
}

function heartbeat(seq: number): SensorEvent {
  const [event] = new FrameDecoder().push(frame('heartbeat', { seq }));
  assert.ok(event);
  return event;
}

function holes(...events: readonly SensorEvent[]) {
  const watch = new SequenceWatch();
  return events.flatMap((event) => watch.next(event));
}

test('no hole where numbers run on', () => {
  assert.deepEqual(
    holes(heartbeat(1), exit(2, 7n, 1), exit(3, 8n, 1), exit(4, 7n, 2), heartbeat(5), heartbeat(6), heartbeat(7)),
    [],
  );
});

test('a container’s hole is its own, and nobody else’s', () => {
  const found = holes(
    exit(1, 7n, 1),
    exit(4, 8n, 1),
    exit(5, 7n, 4),
    heartbeat(6),
    heartbeat(7),
    heartbeat(8),
    heartbeat(9),
  );
  assert.deepEqual(found, [{ container: 7n, missing: 2 }]);
});

test('what was lost before a container’s first frame is its hole', () => {
  assert.deepEqual(holes(exit(1, 7n, 1), exit(3, 8n, 2)), [{ container: 8n, missing: 1 }]);
});

test('a hole that no container explains is everybody’s, some heartbeats later', () => {
  const found = holes(heartbeat(1), heartbeat(5), heartbeat(6), heartbeat(7), heartbeat(8));
  assert.deepEqual(found, [{ container: 0n, missing: 3 }]);
});
