import type { Digest } from '../oci/index.ts';
import type { Terms, Verdict, Word } from '../verdict/index.ts';
import { type Coverage, subjectOfFinding, type WatchEvent } from '../watch/index.ts';

/** A verdict as `watch --json` prints it. */
export interface VerdictTold extends Verdict {
  readonly type: 'verdict';
  readonly time: string;
  readonly container: string;
  readonly image: Digest | null;
  readonly terms: Terms;
  readonly coverage: Coverage;
}

/** What `watch --json` prints: the agent's events, with the verdict in place of what it is computed from. */
export type Told = Exclude<WatchEvent, { readonly type: 'state' }> | VerdictTold;

/** What others are told of. */
export type Noteworthy = Extract<Told, { readonly type: 'finding' | 'verdict' | 'coverage' }>;

/**
 * Whether others are told: of findings, of a gap that nothing has repaired, and of a verdict whose word is another than it
 * was. A container's first word is a change unless it says that all is well, or not known yet.
 */
export function isNoteworthy(told: Told, before: Word | undefined): told is Noteworthy {
  switch (told.type) {
    case 'finding':
      return true;
    case 'coverage':
      return !told.repaired;
    case 'verdict':
      return before === undefined ? told.word !== 'verified' && told.word !== 'unknown' : told.word !== before;
    case 'container':
    case 'observation':
    case 'rbom':
    case 'image':
    case 'heartbeat':
    case 'notice':
      return false;
  }
}

/** What makes two events of one workload the same to those who are told. */
export function causeOf(told: Noteworthy): string {
  switch (told.type) {
    case 'finding':
      return `${told.code} ${subjectOfFinding(told)}`;
    case 'coverage':
      return told.cause;
    case 'verdict':
      return told.word;
  }
}
