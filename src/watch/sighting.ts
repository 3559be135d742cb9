import type { FileVersion } from '../sensor/index.ts';
import type { Start } from './behaviour/observation.ts';
import type { Ran } from './findings.ts';
import type { FileUse, ProcessInfo } from './model.ts';

/** A file that was used, on its way to being judged: it waits for its hash, or for its image's contents. */
export interface Sighting {
  readonly use: FileUse;
  readonly ran: Ran;
  readonly path: string;
  readonly file: FileVersion;
  /** RFC 3339 UTC. */
  readonly time: string;
  /** Hex of the kernel's key; absent on opens. */
  readonly key?: string;
  readonly snapshot: boolean;
  readonly process: ProcessInfo;
  /** Of a program that was started. */
  readonly start?: Start;
}

export function keyText(key: bigint): string {
  return key.toString(16).padStart(16, '0');
}
