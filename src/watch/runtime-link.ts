import type { Ledger } from '../ledger/index.ts';
import type { CoverageGap } from './coverage.ts';
import { runningBefore } from './history.ts';
import type { Recorder } from './recorder.ts';

/** Whether containerd answers, and what was missed while it, or the agent, did not. */
export class RuntimeLink {
  private since: string | undefined;

  get isAway(): boolean {
    return this.since !== undefined;
  }

  lost(time: string): void {
    this.since ??= time;
  }

  /** It answers: the gap that there was, if there was one. Its lists were compared, so that nothing lasting is missed. */
  back(time: string): CoverageGap | undefined {
    const from = this.since;
    this.since = undefined;
    if (from === undefined) return undefined;
    return {
      cause: 'containerd-away',
      from,
      to: time,
      repaired: true,
      detail: 'its lists were compared when it came back',
    };
  }
}

/** Writes the end of containers that ended while nobody watched: `there` are those that containerd still has. */
export function recordEndedMeanwhile(ledger: Ledger, recorder: Recorder, there: ReadonlySet<string>): void {
  for (const { display } of runningBefore(ledger)) {
    if (there.has(display)) continue;
    const body = { container: display, code: null };
    recorder.record({ kind: 'container-ended', time: new Date().toISOString(), subjects: [], body });
  }
}
