/**
 * The wire of `sensor/frames.h` as tables: the one source for the decoder, compared with the sensor's BTF by a test.
 * Little endian, naturally aligned, so that an offset follows from the order and types alone.
 */

export type Scalar = 'u8' | 'u16' | 'u32' | 'u64';
/** A scalar, another struct, or an array of either. */
export type FieldType = Scalar | StructName | readonly [Scalar | StructName, number];
export type StructName = keyof typeof definitions;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
  readonly size: number;
}

export interface Struct {
  readonly name: StructName;
  readonly size: number;
  readonly align: number;
  readonly fields: readonly Field[];
}

const u8 = 'u8';
const u16 = 'u16';
const u32 = 'u32';
const u64 = 'u64';

const definitions = {
  hf_header: [
    ['size', u32],
    ['type', u16],
    ['flags', u16],
    ['seq', u64],
    ['time', u64],
    ['container', u64],
    ['container_seq', u32],
    ['reserved', u32],
  ],
  hf_file: [
    ['dev', u64],
    ['ino', u64],
    ['ctime', u64],
    ['gen', u32],
    ['mode', u16],
    ['place', u8],
    ['flags', u8],
  ],
  hf_process: [
    ['start', u64],
    ['program', u64],
    ['pid', u32],
    ['uid', u32],
  ],
  hf_hello: [
    ['h', 'hf_header'],
    ['protocol', u32],
    ['pid', u32],
    ['realtime_offset', u64],
    ['started', u64],
  ],
  hf_capability: [
    ['h', 'hf_header'],
    ['state', u32],
    ['reserved', u32],
  ],
  hf_heartbeat: [
    ['h', 'hf_header'],
    ['ring_records', u64],
    ['ring_lost', u64],
    ['perf_records', u64],
    ['perf_lost', u64],
    ['fanotify_events', u64],
    ['fanotify_overflows', u64],
    ['queue_lost', u64],
    ['hashed_files', u64],
    ['hashed_bytes', u64],
    ['containers', u32],
    ['hash_backlog', u32],
    ['rss_kib', u32],
    ['reserved', u32],
  ],
  hf_container: [
    ['h', 'hf_header'],
    ['state', u32],
    ['flags', u32],
    ['marked', u64],
    ['first_exec', u64],
    ['pid', u32],
    ['reserved', u32],
  ],
  hf_exec: [
    ['h', 'hf_header'],
    ['self', 'hf_process'],
    ['ancestors', ['hf_process', 6]],
    ['file', 'hf_file'],
    ['key', u64],
    ['capabilities', u64],
    ['gid', u32],
    ['argc', u32],
  ],
  hf_fork: [
    ['h', 'hf_header'],
    ['parent', 'hf_process'],
    ['child', 'hf_process'],
  ],
  hf_exit: [
    ['h', 'hf_header'],
    ['self', 'hf_process'],
    ['code', u32],
    ['reserved', u32],
  ],
  hf_open: [
    ['h', 'hf_header'],
    ['who', 'hf_process'],
    ['file', 'hf_file'],
    ['size', u64],
    ['kind', u32],
    ['reserved', u32],
  ],
  hf_file_hash: [
    ['h', 'hf_header'],
    ['file', 'hf_file'],
    ['size', u64],
    ['status', u32],
    ['micros', u32],
    ['sha256', [u8, 32]],
  ],
  hf_mapping: [
    ['h', 'hf_header'],
    ['who', 'hf_process'],
    ['file', 'hf_file'],
    ['key', u64],
    ['address', u64],
    ['length', u64],
    ['offset', u64],
    ['protection', u32],
    ['map_flags', u32],
  ],
  hf_connection: [
    ['h', 'hf_header'],
    ['who', 'hf_process'],
    ['key', u64],
    ['address', [u8, 16]],
    ['port', u16],
    ['op', u8],
    ['family', u8],
    ['protocol', u8],
    ['mapped', u8],
    ['reserved', u16],
  ],
  hf_count: [
    ['h', 'hf_header'],
    ['key', u64],
    ['count', u64],
    ['first', u64],
    ['last', u64],
    ['kind', u32],
    ['reserved', u32],
  ],
  hf_gap: [
    ['h', 'hf_header'],
    ['from', u64],
    ['to', u64],
    ['count', u64],
    ['cause', u32],
    ['repaired', u32],
  ],
  hf_stats: [
    ['h', 'hf_header'],
    ['execs', u64],
    ['forks', u64],
    ['exits', u64],
    ['connections', u64],
    ['file_events', u64],
    ['mappings', u64],
    ['lost_ring', u64],
    ['lost_perf', u64],
    ['lost_fanotify', u64],
    ['lost_queue', u64],
    ['known_execs', u32],
    ['known_files', u32],
    ['known_connections', u32],
    ['known_mappings', u32],
  ],
} as const;

const scalarSize: Readonly<Record<Scalar, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

function isScalar(type: Scalar | StructName): type is Scalar {
  return type in scalarSize;
}

function measure(type: Scalar | StructName): { readonly size: number; readonly align: number } {
  return isScalar(type) ? { size: scalarSize[type], align: scalarSize[type] } : layoutOf(type);
}

const known = new Map<StructName, Struct>();

/** Offsets and sizes of one struct, in bytes. */
export function layoutOf(name: StructName): Struct {
  const before = known.get(name);
  if (before !== undefined) return before;
  let end = 0;
  let align = 1;
  const fields: Field[] = [];
  for (const [field, type] of definitions[name] as readonly (readonly [string, FieldType])[]) {
    const [element, count] = typeof type === 'string' ? [type, 1] : type;
    const of = measure(element);
    const offset = Math.ceil(end / of.align) * of.align;
    fields.push({ name: field, type, offset, size: of.size * count });
    end = offset + of.size * count;
    align = Math.max(align, of.align);
  }
  const struct: Struct = { name, size: Math.ceil(end / align) * align, align, fields };
  known.set(name, struct);
  return struct;
}

export const structNames = Object.keys(definitions) as readonly StructName[];

type FieldOf<N extends StructName> = (typeof definitions)[N][number][0];

/** Field name → byte offset, for the decoder. */
export function offsetsOf<N extends StructName>(name: N): Readonly<Record<FieldOf<N>, number>> {
  return Object.fromEntries(layoutOf(name).fields.map((field) => [field.name, field.offset])) as Readonly<
    Record<FieldOf<N>, number>
  >;
}

export const protocol = 1;
export const ancestors = 6;
/** No frame is larger. */
export const frameMax = 8192;

/** The numbers of each enum and flag set, as `frames.h` writes them. */
export const numbers = {
  HF_FLAG: { SNAPSHOT: 1, HOST_MNTNS: 2, OUTSIDE: 4, COARSE: 8, TRUNCATED: 16 },
  HF_FILE: { UNLINKED: 1, NO_CTIME: 2, NO_GEN: 4 },
  HF_CONTAINER_FLAG: { OLDER: 1, SHARED_GROUP: 2, LATE: 4 },
} as const;

/** Index = the value on the wire; `undefined` = no such value. */
export const enums = {
  type: [
    undefined,
    'hello',
    'capability',
    'heartbeat',
    'container',
    'exec',
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
  place: ['unknown', 'lower', 'upper', 'tmpfs', 'volume', 'memfd', 'host'],
  capabilityState: [undefined, 'shown', 'partial', 'refused', 'absent'],
  containerState: [undefined, 'seen', 'marked', 'started', 'gone'],
  openKind: [undefined, 'read', 'exec', 'written'],
  hashStatus: [undefined, 'ok', 'too-big', 'too-slow', 'gone', 'changing', 'error', 'backlog'],
  connectionOp: [undefined, 'connect', 'bind', 'send'],
  countKind: [undefined, 'exec', 'fork', 'mapping', 'connection'],
  gapCause: [
    undefined,
    'ring',
    'perf',
    'fanotify',
    'queue',
    'mark-late',
    'older',
    'exec-limit',
    'file-limit',
    'connection-limit',
    'mapping-limit',
    'hash-backlog',
    'volume-late',
    'mark-failed',
  ],
} as const;

export type EnumOf<N extends keyof typeof enums> = Exclude<(typeof enums)[N][number], undefined>;
