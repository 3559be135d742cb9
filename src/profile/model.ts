import type { Digest } from '../oci/index.ts';
import type { RuleName } from './generalise/rules.ts';
import type { Parent, Protocol } from './observation.ts';

/** How often, in which runs, and by which rules an entry came to be. */
export interface Seen {
  /** Times it was seen, over all runs and replicas; 0 = never itself: a rule says that it belongs to what was seen. */
  readonly count: number;
  /** Bit N: seen in run N of `recorded.runs`. */
  readonly runs: number;
  readonly rules: readonly RuleName[];
}

/** A program and the bytes it may have. Its path is never a pattern. */
export interface Executable {
  readonly path: string;
  /** The image's own bytes at this path may run. */
  readonly ofImage: boolean;
  /** Hex; sorted. With `ofImage` false and none of these it may not run: it was only seen as a parent. */
  readonly sha256: readonly string[];
}

export interface ArgumentEntry extends Seen {
  /** One pattern for each argument; `**` as the last: whatever follows. */
  readonly pattern: readonly string[];
}

/** One program as one user started by one parent. No two have all three the same. */
export interface ProcessEntry {
  readonly path: string;
  readonly parent: Parent;
  readonly uid: number;
  /** Effective capabilities it may have: all bits that were seen. */
  readonly capabilities: bigint;
  readonly arguments: readonly ArgumentEntry[];
}

/** Bits of `FileEntry.access`. Writing and executing each allow reading too. */
export const access = { read: 1, write: 2, execute: 4 } as const;

/** Bits as letters: `r`, `w`, `x`, in this order. */
export function accessLetters(bits: number): string {
  const letters = [access.read, access.write, access.execute].map((bit, at) =>
    (bits & bit) === 0 ? '' : 'rwx'.charAt(at),
  );
  return letters.join('');
}

/** Other letters count nothing. */
export function accessOf(letters: string): number {
  return [access.read, access.write, access.execute].reduce(
    (sum, bit, at) => sum + (letters.includes('rwx'.charAt(at)) ? bit : 0),
    0,
  );
}

export interface FileEntry extends Seen {
  /** A path in which segments may hold placeholders. */
  readonly pattern: string;
  /** Sum of `access` bits. */
  readonly access: number;
  /** Reading and executing is allowed of the image's own bytes only. */
  readonly imageOnly: boolean;
  /** Contents that may be executed besides the image's own; hex, sorted. Only where the pattern has no placeholder. */
  readonly sha256: readonly string[];
}

/** `ephemeral`: a port the kernel chose, 32768 to 60999 (ip_local_port_range). */
export type Port = number | 'ephemeral';

export interface OutboundEntry extends Seen {
  readonly protocol: Protocol;
  /** A CIDR, a DNS name, or `@resolver`: the container's own resolvers. */
  readonly peer: string;
  readonly port: Port;
}

export interface InboundEntry extends Seen {
  readonly protocol: Protocol;
  readonly port: Port;
}

export interface Run {
  readonly id: string;
  /** RFC 3339 UTC. */
  readonly from: string;
  readonly to: string;
  readonly replicas: number;
}

/** What the sensor lost while it was recorded. */
export interface RecordedGap {
  readonly cause: string;
  /** Events lost; null = not known. */
  readonly count: number | null;
}

export interface Recorded {
  /** By time, then by id: bit N of `Seen.runs` is the Nth. */
  readonly runs: readonly Run[];
  readonly gaps: readonly RecordedGap[];
  /** What this sensor could not show: nothing is claimed of it. */
  readonly notShown: readonly string[];
}

/** Something that was seen and that no entry allows. */
export interface Omitted {
  readonly what: string;
  readonly reason: 'bytes-unknown' | 'path-unknown' | 'too-long';
  readonly count: number;
}

/** How the profile did in its tests. */
export interface TestScores {
  /** Its own functional tests: drift that was none. */
  readonly functional?: { readonly ran: number; readonly falseDrift: number };
  /** The shipped attacks: how many were told of. */
  readonly attacks?: { readonly set: Digest; readonly ran: number; readonly alerted: number };
}

/** What a container of one image is expected to do. Every list is sorted and has nothing twice. */
export interface ExecutionProfile {
  /** The platform manifest; undefined = not known yet, and no image is judged by it. */
  readonly subject: Digest | undefined;
  readonly recorded: Recorded;
  readonly rules: readonly RuleName[];
  /** Directories that are reached by another name: alias, then what it stands for. */
  readonly aliases: readonly (readonly [string, string])[];
  readonly executables: readonly Executable[];
  readonly processes: readonly ProcessEntry[];
  readonly files: readonly FileEntry[];
  readonly outbound: readonly OutboundEntry[];
  readonly inbound: readonly InboundEntry[];
  /** Code made in memory; undefined = never seen, and so not allowed. */
  readonly memory: Seen | undefined;
  readonly omitted: readonly Omitted[];
  readonly tests: TestScores;
}
