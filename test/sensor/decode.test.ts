import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { FrameDecoder, type SensorEvent } from '../../src/sensor/index.ts';
import { frame } from './encode.ts';

const file = {
  dev: 0x80_0001n,
  ino: 42n,
  ctime: 1_700_000_000_123_456_789n,
  gen: 7,
  mode: 0o100755,
  place: 1,
  flags: 4,
};
const self = { start: 5n, program: 0xffff_ffff_ffff_fff1n, pid: 10, uid: 1000 };
const header = { seq: 3n, time: 99n, container: 77n, container_seq: 2, flags: 4 };

function decode(...chunks: readonly Buffer[]): readonly SensorEvent[] {
  const decoder = new FrameDecoder();
  const events = chunks.flatMap((chunk) => [...decoder.push(chunk)]);
  decoder.end();
  return events;
}

const exec = frame(
  'exec',
  header,
  { self, ancestors: [{ start: 1n, program: 2n, pid: 9, uid: 0 }], file, key: 5n, capabilities: 3n, gid: 4, argc: 3 },
  ['./x', '/bin/x', '/bin/x', 'x', 'x\0a b\0\0'],
);

test('an exec, with all its fields', () => {
  const [event] = decode(exec);
  assert.deepEqual(event, {
    type: 'exec',
    seq: 3n,
    time: 99n,
    container: 77n,
    containerSeq: 2,
    flags: { snapshot: false, hostMountNamespace: false, outside: true, coarse: false, truncated: false },
    self: { start: 5n, program: 0xffff_ffff_ffff_fff1n, pid: 10, uid: 1000 },
    ancestors: [{ start: 1n, program: 2n, pid: 9, uid: 0 }],
    file: {
      dev: 0x80_0001n,
      ino: 42n,
      ctime: 1_700_000_000_123_456_789n,
      gen: 7,
      mode: 0o100755,
      place: 'lower',
      unlinked: false,
      noCtime: false,
      noGen: true,
    },
    key: 5n,
    capabilities: 3n,
    gid: 4,
    argc: 3,
    filename: './x',
    interpreter: '/bin/x',
    path: '/bin/x',
    comm: 'x',
    argv: ['x', 'a b', ''],
  } satisfies SensorEvent);
});

const others: readonly Buffer[] = [
  frame('hello', header, { protocol: 1, pid: 3, realtime_offset: 5n, started: 6n }, ['boot', '0.1', '6.1']),
  frame('capability', header, { state: 3 }, ['mount', 'EPERM bpf']),
  frame('heartbeat', header, { ring_records: 4n, rss_kib: 9 }),
  frame('container', header, { state: 1, flags: 5, pid: 6 }, ['k8s.io', 'abc', '/x/abc', '/run/abc/rootfs']),
  frame('fork', header, { parent: self, child: self }),
  frame('exit', header, { self, code: 256 }),
  frame('open', header, { who: self, file, size: 10n, kind: 2 }, ['/etc/x']),
  frame('file-hash', header, { file, size: 3n, status: 1, sha256: Buffer.alloc(32, 0xab) }, ['/x', '']),
  frame('mapping', header, { who: self, file, key: 4n, length: 4096n, protection: 5 }, ['/lib/x.so']),
  frame('connection', header, {
    who: self,
    address: Buffer.from('7f000001', 'hex'),
    port: 80,
    op: 1,
    family: 4,
    protocol: 6,
  }),
  frame('count', header, { key: 1n, count: 2n, kind: 3 }),
  frame('gap', header, { from: 1n, to: 2n, count: 3n, cause: 2, repaired: 1 }, ['why']),
  frame('stats', header, { execs: 3n }),
];

test('every other type', () => {
  const events = decode(...others);
  assert.deepEqual(
    events.map((event) => event.type),
    [
      'hello',
      'capability',
      'heartbeat',
      'container',
      'fork',
      'exit',
      'open',
      'file-hash',
      'mapping',
      'connection',
      'count',
      'gap',
      'stats',
    ],
  );
  const hash = events.find((event) => event.type === 'file-hash');
  assert.equal(hash?.sha256, 'ab'.repeat(32));
  const connection = events.find((event) => event.type === 'connection');
  assert.equal(connection?.address, '127.0.0.1');
  const container = events.find((event) => event.type === 'container');
  assert.deepEqual([container?.older, container?.sharedGroup, container?.late], [true, false, true]);
});

test('a hash that failed has no digest', () => {
  const [event] = decode(frame('file-hash', header, { file, status: 2, sha256: Buffer.alloc(32, 1) }, ['', '']));
  assert.ok(event?.type === 'file-hash' && !('sha256' in event) && event.status === 'too-big');
});

test('anonymous executable memory has no file', () => {
  const [event] = decode(frame('mapping', header, { who: self, key: 1n }, ['//anon']));
  assert.ok(event?.type === 'mapping' && event.file === undefined);
});

test('the events do not depend on how the bytes are cut', () => {
  const bytes = Buffer.concat([exec, ...others, exec]);
  const whole = decode(bytes);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const chunks: Buffer[] = [];
      let at = 0;
      for (let n = 0; at < bytes.length; n++) {
        const size = sizes[n % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(decode(...chunks), whole);
    }),
    { numRuns: 50 },
  );
});

const broken: readonly (readonly [string, Buffer])[] = [
  ['an enum value that is not there', frame('open', header, { who: self, file, kind: 9 }, ['/x'])],
  ['a place that is not there', frame('open', header, { who: self, file: { ...file, place: 99 }, kind: 1 }, ['/x'])],
  ['a string too few', frame('open', header, { who: self, file, kind: 1 })],
  ['a string too many', frame('exit', header, { self }, ['x'])],
  ['an address family that is not there', frame('connection', header, { who: self, op: 1, family: 9 })],
];
// A frame that is shorter than its struct, though its header says so truly.
const short = Buffer.from(exec.subarray(0, 60));
short.writeUInt32LE(60, 0);

test('a frame with broken content is one undecodable event, and the next is read', () => {
  for (const [what, bytes] of [...broken, ['a frame cut short', short] as const]) {
    const events = decode(bytes, exec);
    assert.deepEqual(
      events.map((event) => event.type),
      ['undecodable', 'exec'],
      what,
    );
    assert.equal(events[0]?.container, 77n, what);
  }
});

test('a type of a newer sensor is skipped and counted', () => {
  const unknown = Buffer.from(exec);
  unknown.writeUInt16LE(99, 4);
  const decoder = new FrameDecoder();
  assert.deepEqual(
    [...decoder.push(Buffer.concat([unknown, exec]))].map((event) => event.type),
    ['exec'],
  );
  assert.equal(decoder.unknownTypes, 1);
});

test('a length that can not be true ends the stream', () => {
  for (const size of [0, 39, 8193, 0xffff_ffff]) {
    const bytes = Buffer.from(exec);
    bytes.writeUInt32LE(size, 0);
    const seen: SensorEvent[] = [];
    assert.throws(
      () => {
        for (const event of new FrameDecoder().push(Buffer.concat([exec, bytes]))) seen.push(event);
      },
      (error) => error instanceof HoldfastError && error.code === 'sensor-stream-broken',
    );
    assert.equal(seen.length, 1, 'what came before counts');
  }
});

test('a stream that ends within a frame says so', () => {
  const decoder = new FrameDecoder();
  assert.deepEqual([...decoder.push(exec.subarray(0, 50))], []);
  assert.throws(() => decoder.end(), /ends 50 bytes into a frame/);
});

test('no bytes at all make it fail otherwise than by its own error, or remember more than one frame', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder();
      try {
        for (const chunk of chunks) for (const event of decoder.push(Buffer.from(chunk))) assert.ok(event.type);
        decoder.end();
      } catch (error) {
        assert.ok(error instanceof HoldfastError, String(error));
      }
    }),
  );
});

test('flipped bytes behind a true header never throw', () => {
  const all = [exec, ...others];
  fc.assert(
    fc.property(
      fc.nat(all.length - 1),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      (which, flips) => {
        const bytes = Buffer.from(all[which] ?? exec);
        for (const [at, value] of flips) if (at >= 8 && at < bytes.length) bytes[at] = value;
        assert.equal([...new FrameDecoder().push(bytes)].length, 1);
      },
    ),
    { numRuns: 1000 },
  );
});
