import { addressText } from './address.ts';
import { ancestorsAt, type Cursor, enumAt, fileAt, processAt, Undecodable } from './cursor.ts';
import type { Flags, SensorEvent } from './events.ts';
import { enums, layoutOf, numbers, offsetsOf, type StructName } from './layout.ts';

const header = offsetsOf('hf_header');

type Common = Pick<SensorEvent, 'seq' | 'time' | 'container' | 'containerSeq' | 'flags'>;

export function commonOf(cursor: Cursor): Common {
  return {
    seq: cursor.u64(header.seq),
    time: cursor.u64(header.time),
    container: cursor.u64(header.container),
    containerSeq: cursor.u32(header.container_seq),
    flags: flagsOf(cursor.u16(header.flags)),
  };
}

function flagsOf(bits: number): Flags {
  const flag = numbers.HF_FLAG;
  return {
    snapshot: (bits & flag.SNAPSHOT) !== 0,
    hostMountNamespace: (bits & flag.HOST_MNTNS) !== 0,
    outside: (bits & flag.OUTSIDE) !== 0,
    coarse: (bits & flag.COARSE) !== 0,
    truncated: (bits & flag.TRUNCATED) !== 0,
  };
}

type FrameType = Exclude<(typeof enums.type)[number], undefined>;

const structOf: Readonly<Record<FrameType, StructName>> = {
  hello: 'hf_hello',
  capability: 'hf_capability',
  heartbeat: 'hf_heartbeat',
  container: 'hf_container',
  exec: 'hf_exec',
  fork: 'hf_fork',
  exit: 'hf_exit',
  open: 'hf_open',
  'file-hash': 'hf_file_hash',
  mapping: 'hf_mapping',
  connection: 'hf_connection',
  count: 'hf_count',
  gap: 'hf_gap',
  stats: 'hf_stats',
};

const hello = offsetsOf('hf_hello');
const capability = offsetsOf('hf_capability');
const heartbeat = offsetsOf('hf_heartbeat');
const container = offsetsOf('hf_container');
const exec = offsetsOf('hf_exec');
const fork = offsetsOf('hf_fork');
const exit = offsetsOf('hf_exit');
const open = offsetsOf('hf_open');
const hash = offsetsOf('hf_file_hash');
const mapping = offsetsOf('hf_mapping');
const connection = offsetsOf('hf_connection');
const count = offsetsOf('hf_count');
const gap = offsetsOf('hf_gap');
const stats = offsetsOf('hf_stats');

export function frameTypeOf(cursor: Cursor): FrameType | undefined {
  return enums.type[cursor.u16(header.type)];
}

/** One whole frame of a known type. @throws Undecodable */
export function eventOf(cursor: Cursor, type: FrameType): SensorEvent {
  const common = commonOf(cursor);
  cursor.startStrings(layoutOf(structOf[type]).size);
  const event = bodyOf(cursor, type, common);
  cursor.end();
  return event;
}

function bodyOf(c: Cursor, type: FrameType, common: Common): SensorEvent {
  switch (type) {
    case 'hello':
      return {
        ...common,
        type,
        protocol: c.u32(hello.protocol),
        pid: c.u32(hello.pid),
        realtimeOffset: c.u64(hello.realtime_offset),
        started: c.u64(hello.started),
        bootId: c.string(),
        version: c.string(),
        kernel: c.string(),
      };
    case 'capability':
      return {
        ...common,
        type,
        state: enumAt(enums.capabilityState, c.u32(capability.state), 'capability state'),
        name: c.string(),
        detail: c.string(),
      };
    case 'heartbeat':
      return {
        ...common,
        type,
        ringRecords: c.count(heartbeat.ring_records),
        ringLost: c.count(heartbeat.ring_lost),
        perfRecords: c.count(heartbeat.perf_records),
        perfLost: c.count(heartbeat.perf_lost),
        fanotifyEvents: c.count(heartbeat.fanotify_events),
        fanotifyOverflows: c.count(heartbeat.fanotify_overflows),
        queueLost: c.count(heartbeat.queue_lost),
        hashedFiles: c.count(heartbeat.hashed_files),
        hashedBytes: c.count(heartbeat.hashed_bytes),
        containers: c.u32(heartbeat.containers),
        hashBacklog: c.u32(heartbeat.hash_backlog),
        rssKib: c.u32(heartbeat.rss_kib),
      };
    case 'container': {
      const flags = c.u32(container.flags);
      return {
        ...common,
        type,
        state: enumAt(enums.containerState, c.u32(container.state), 'container state'),
        older: (flags & numbers.HF_CONTAINER_FLAG.OLDER) !== 0,
        sharedGroup: (flags & numbers.HF_CONTAINER_FLAG.SHARED_GROUP) !== 0,
        late: (flags & numbers.HF_CONTAINER_FLAG.LATE) !== 0,
        marked: c.u64(container.marked),
        firstExec: c.u64(container.first_exec),
        pid: c.u32(container.pid),
        namespace: c.string(),
        id: c.string(),
        cgroup: c.string(),
        root: c.string(),
      };
    }
    case 'exec':
      return {
        ...common,
        type,
        self: processAt(c, exec.self),
        ancestors: ancestorsAt(c, exec.ancestors),
        file: fileAt(c, exec.file),
        key: c.u64(exec.key),
        capabilities: c.u64(exec.capabilities),
        gid: c.u32(exec.gid),
        argc: c.u32(exec.argc),
        filename: c.string(),
        interpreter: c.string(),
        path: c.string(),
        comm: c.string(),
        argv: argvOf(c.string()),
      };
    case 'fork':
      return { ...common, type, parent: processAt(c, fork.parent), child: processAt(c, fork.child) };
    case 'exit':
      return { ...common, type, self: processAt(c, exit.self), code: c.u32(exit.code) };
    case 'open':
      return {
        ...common,
        type,
        who: processAt(c, open.who),
        file: fileAt(c, open.file),
        size: c.count(open.size),
        kind: enumAt(enums.openKind, c.u32(open.kind), 'open kind'),
        path: c.string(),
      };
    case 'file-hash': {
      const status = enumAt(enums.hashStatus, c.u32(hash.status), 'hash status');
      return {
        ...common,
        type,
        file: fileAt(c, hash.file),
        size: c.count(hash.size),
        status,
        micros: c.u32(hash.micros),
        ...(status === 'ok' ? { sha256: c.bytes.toString('hex', hash.sha256, hash.sha256 + 32) } : {}),
        path: c.string(),
        detail: c.string(),
      };
    }
    case 'mapping': {
      const file = fileAt(c, mapping.file);
      const anonymous = file.dev === 0n && file.ino === 0n && file.place === 'unknown';
      return {
        ...common,
        type,
        who: processAt(c, mapping.who),
        ...(anonymous ? {} : { file }),
        key: c.u64(mapping.key),
        address: c.u64(mapping.address),
        length: c.count(mapping.length),
        offset: c.count(mapping.offset),
        protection: c.u32(mapping.protection),
        mapFlags: c.u32(mapping.map_flags),
        path: c.string(),
      };
    }
    case 'connection': {
      const family = c.u8(connection.family);
      if (family !== 4 && family !== 6) throw new Undecodable(`address family ${family} is not known`);
      return {
        ...common,
        type,
        who: processAt(c, connection.who),
        key: c.u64(connection.key),
        op: enumAt(enums.connectionOp, c.u8(connection.op), 'connection op'),
        address: addressText(c.bytes.subarray(connection.address, connection.address + 16), family),
        port: c.u16(connection.port),
        family,
        protocol: c.u8(connection.protocol),
        mapped: c.u8(connection.mapped) !== 0,
      };
    }
    case 'count':
      return {
        ...common,
        type,
        key: c.u64(count.key),
        kind: enumAt(enums.countKind, c.u32(count.kind), 'count kind'),
        count: c.count(count.count),
        first: c.u64(count.first),
        last: c.u64(count.last),
      };
    case 'gap':
      return {
        ...common,
        type,
        from: c.u64(gap.from),
        to: c.u64(gap.to),
        count: c.count(gap.count),
        cause: enumAt(enums.gapCause, c.u32(gap.cause), 'gap cause'),
        repaired: c.u32(gap.repaired) !== 0,
        detail: c.string(),
      };
    case 'stats':
      return {
        ...common,
        type,
        execs: c.count(stats.execs),
        forks: c.count(stats.forks),
        exits: c.count(stats.exits),
        connections: c.count(stats.connections),
        fileEvents: c.count(stats.file_events),
        mappings: c.count(stats.mappings),
        lostRing: c.count(stats.lost_ring),
        lostPerf: c.count(stats.lost_perf),
        lostFanotify: c.count(stats.lost_fanotify),
        lostQueue: c.count(stats.lost_queue),
        knownExecs: c.u32(stats.known_execs),
        knownFiles: c.u32(stats.known_files),
        knownConnections: c.u32(stats.known_connections),
        knownMappings: c.u32(stats.known_mappings),
      };
  }
}

/** argv as the kernel holds it: NUL after each. A cut last one keeps what it has. */
function argvOf(text: string): readonly string[] {
  if (text === '') return [];
  const parts = text.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}
