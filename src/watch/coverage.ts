import type { GapCause } from '../sensor/index.ts';
import type { GapBody } from './bodies.ts';

/** Causes that this side finds by itself, beside the sensor's. */
export type CoverageCause =
  | GapCause
  | 'agent-restart'
  | 'containerd-away'
  | 'sensor-lacks'
  | 'never-shown'
  | 'queue-full'
  | 'store-full';

export interface CoverageGap {
  readonly cause: CoverageCause;
  /** RFC 3339 UTC. */
  readonly from: string;
  /** Absent: still open. */
  readonly to?: string;
  readonly count?: number;
  readonly repaired: boolean;
  readonly detail: string;
}

/** How much was seen of one container: part of its verdict and its Runtime BOM. */
export interface Coverage {
  readonly from: string;
  readonly to: string;
  readonly sufficient: boolean;
  /** Causes of the gaps that make it insufficient; `gapSentence` says each to people. */
  readonly reasons: readonly CoverageCause[];
  readonly gaps: readonly CoverageGap[];
}

const sentences: Readonly<Record<CoverageCause, string>> = {
  ring: 'Events of programs or connections were lost in the kernel ring.',
  perf: 'Records of executable mappings were lost.',
  fanotify: 'The queue of file events overflowed.',
  queue: 'The sensor could not hand its frames on fast enough.',
  'mark-late': 'Programs ran before the files were watched.',
  older: 'The container ran before Holdfast did.',
  'exec-limit': 'More different executions than are told apart.',
  'file-limit': 'More different files than are told apart.',
  'connection-limit': 'More different connections than are told apart.',
  'mapping-limit': 'More different mappings than are told apart.',
  'hash-backlog': 'Files came faster than they could be hashed.',
  'volume-late': 'A volume was used before it was watched.',
  'mark-failed': 'The files of this container are not watched.',
  'sequence-hole': 'Frames of the sensor are missing.',
  'sensor-restart': 'The sensor was started again.',
  'frame-undecodable': 'A frame of the sensor could not be read.',
  'agent-restart': 'Holdfast did not run.',
  'containerd-away': 'containerd did not answer.',
  'sensor-lacks': 'This kernel does not show something that identity needs.',
  'never-shown': 'containerd runs it, and the sensor never showed it.',
  'queue-full': 'More waited for its image or hash than is kept.',
  'store-full': 'The store refused entries until they no longer fitted in memory.',
};

/** Gaps that leave identity as it was: connections say nothing about bytes; containerd names containers, it does not watch them. */
const harmless: ReadonlySet<CoverageCause> = new Set(['connection-limit', 'containerd-away']);

export function gapSentence(cause: CoverageCause): string {
  return sentences[cause];
}

export function isCoverageCause(name: string): name is CoverageCause {
  return Object.hasOwn(sentences, name);
}

/** Coverage of one container from `from` to `to`, given all gaps that may touch it. */
export function coverageOf(from: string, to: string, gaps: readonly CoverageGap[]): Coverage {
  const touching = gaps.filter((gap) => gap.cause === 'older' || ((gap.to ?? to) >= from && gap.from <= to));
  const open = touching.filter((gap) => !gap.repaired && !harmless.has(gap.cause));
  const reasons = [...new Set(open.map((gap) => gap.cause))].sort();
  return { from, to, sufficient: open.length === 0, reasons, gaps: touching };
}

export function gapBody(gap: CoverageGap): GapBody {
  const { cause, from, repaired, detail } = gap;
  return { cause, from, to: gap.to ?? null, count: gap.count ?? null, repaired, detail };
}
