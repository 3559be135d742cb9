import type { EnumOf } from './layout.ts';

/** CLOCK_BOOTTIME in nanoseconds. */
export type BootTime = bigint;

/** cgroup2 id of a container; 0 = none. */
export type ContainerKey = bigint;

export type Place = EnumOf<'place'>;
export type CapabilityState = EnumOf<'capabilityState'>;
export type ContainerState = EnumOf<'containerState'>;
export type OpenKind = EnumOf<'openKind'>;
export type HashStatus = EnumOf<'hashStatus'>;
export type CountKind = EnumOf<'countKind'>;

/** Causes the sensor states, and those that the agent's side of the pipe finds out by itself. */
export type GapCause = EnumOf<'gapCause'> | 'sequence-hole' | 'sensor-restart' | 'frame-undecodable';

export interface Flags {
  /** Read from /proc, not seen happening. */
  readonly snapshot: boolean;
  /** The process is in the host's mount namespace: the runtime, or an escape. */
  readonly hostMountNamespace: boolean;
  /** Done by a process that is not in the container. */
  readonly outside: boolean;
  /** argv is left out of the key. */
  readonly coarse: boolean;
  readonly truncated: boolean;
}

interface Common {
  readonly seq: bigint;
  readonly time: BootTime;
  readonly container: ContainerKey;
  readonly containerSeq: number;
  readonly flags: Flags;
}

/** One version of one file's content: the real file's numbers, below an overlay. */
export interface FileVersion {
  /** Kernel encoding: major << 20 | minor. */
  readonly dev: bigint;
  readonly ino: bigint;
  /** Nanoseconds since the epoch. */
  readonly ctime: bigint;
  readonly gen: number;
  /** st_mode. */
  readonly mode: number;
  readonly place: Place;
  readonly unlinked: boolean;
  readonly noCtime: boolean;
  readonly noGen: boolean;
}

export interface ProcessRef {
  /** 0 = not known. */
  readonly start: BootTime;
  /** Key of its last exec; 0 = not known. */
  readonly program: bigint;
  readonly pid: number;
  readonly uid: number;
}

export interface Hello extends Common {
  readonly type: 'hello';
  readonly protocol: number;
  readonly pid: number;
  /** CLOCK_REALTIME − CLOCK_BOOTTIME, ns. */
  readonly realtimeOffset: bigint;
  readonly started: BootTime;
  readonly bootId: string;
  readonly version: string;
  readonly kernel: string;
}

export interface CapabilityEvent extends Common {
  readonly type: 'capability';
  readonly state: CapabilityState;
  readonly name: string;
  readonly detail: string;
}

/** Counters since the sensor's start. */
export interface Heartbeat extends Common {
  readonly type: 'heartbeat';
  readonly ringRecords: number;
  readonly ringLost: number;
  readonly perfRecords: number;
  readonly perfLost: number;
  readonly fanotifyEvents: number;
  readonly fanotifyOverflows: number;
  readonly queueLost: number;
  readonly hashedFiles: number;
  readonly hashedBytes: number;
  readonly containers: number;
  readonly hashBacklog: number;
  readonly rssKib: number;
}

export interface ContainerEvent extends Common {
  readonly type: 'container';
  readonly state: ContainerState;
  readonly older: boolean;
  readonly sharedGroup: boolean;
  readonly late: boolean;
  /** 0 = not yet. */
  readonly marked: BootTime;
  /** 0 = none seen. */
  readonly firstExec: BootTime;
  readonly pid: number;
  readonly namespace: string;
  readonly id: string;
  readonly cgroup: string;
  readonly root: string;
}

export interface ExecEvent extends Common {
  readonly type: 'exec';
  readonly self: ProcessRef;
  /** Nearest first; the last may stand outside the container. */
  readonly ancestors: readonly ProcessRef[];
  /** What runs: of a script, its interpreter. */
  readonly file: FileVersion;
  readonly key: bigint;
  /** Effective set. */
  readonly capabilities: bigint;
  readonly gid: number;
  readonly argc: number;
  /** As given to the kernel. */
  readonly filename: string;
  readonly interpreter: string;
  /** Inside the file's filesystem. */
  readonly path: string;
  readonly comm: string;
  readonly argv: readonly string[];
}

export interface ForkEvent extends Common {
  readonly type: 'fork';
  readonly parent: ProcessRef;
  readonly child: ProcessRef;
}

export interface ExitEvent extends Common {
  readonly type: 'exit';
  readonly self: ProcessRef;
  /** As wait(2) gives it. */
  readonly code: number;
}

export interface OpenEvent extends Common {
  readonly type: 'open';
  readonly who: ProcessRef;
  readonly file: FileVersion;
  readonly size: number;
  readonly kind: OpenKind;
  /** As the container names it. */
  readonly path: string;
}

export interface FileHashEvent extends Common {
  readonly type: 'file-hash';
  readonly file: FileVersion;
  readonly size: number;
  readonly status: HashStatus;
  readonly micros: number;
  /** 64 hex digits; only with status `ok`. */
  readonly sha256?: string;
  readonly path: string;
  readonly detail: string;
}

export interface MappingEvent extends Common {
  readonly type: 'mapping';
  readonly who: ProcessRef;
  /** Absent: anonymous executable memory. */
  readonly file?: FileVersion;
  readonly key: bigint;
  readonly address: bigint;
  readonly length: number;
  readonly offset: number;
  readonly protection: number;
  readonly mapFlags: number;
  readonly path: string;
}

export interface ConnectionEvent extends Common {
  readonly type: 'connection';
  readonly who: ProcessRef;
  readonly key: bigint;
  readonly op: EnumOf<'connectionOp'>;
  /** Dotted or RFC 5952. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly mapped: boolean;
}

export interface CountEvent extends Common {
  readonly type: 'count';
  readonly key: bigint;
  readonly kind: CountKind;
  readonly count: number;
  readonly first: BootTime;
  readonly last: BootTime;
}

export interface GapEvent extends Common {
  readonly type: 'gap';
  readonly from: BootTime;
  /** 0 = still open. */
  readonly to: BootTime;
  /** 0 = not known. */
  readonly count: number;
  readonly cause: GapCause;
  readonly repaired: boolean;
  readonly detail: string;
}

export interface StatsEvent extends Common {
  readonly type: 'stats';
  readonly execs: number;
  readonly forks: number;
  readonly exits: number;
  readonly connections: number;
  readonly fileEvents: number;
  readonly mappings: number;
  readonly lostRing: number;
  readonly lostPerf: number;
  readonly lostFanotify: number;
  readonly lostQueue: number;
  readonly knownExecs: number;
  readonly knownFiles: number;
  readonly knownConnections: number;
  readonly knownMappings: number;
}

/** A frame whose length could be trusted and whose content could not: one thing that was not seen. */
export interface UndecodableEvent extends Common {
  readonly type: 'undecodable';
  readonly frameType: number;
  readonly reason: string;
}

export type SensorEvent =
  | Hello
  | CapabilityEvent
  | Heartbeat
  | ContainerEvent
  | ExecEvent
  | ForkEvent
  | ExitEvent
  | OpenEvent
  | FileHashEvent
  | MappingEvent
  | ConnectionEvent
  | CountEvent
  | GapEvent
  | StatsEvent
  | UndecodableEvent;
