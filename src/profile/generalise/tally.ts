import type { Seen } from '../model.ts';
import { withRuns } from './gather.ts';
import { type RuleName, sortedRules } from './rules.ts';

/** Entries on their way: counts add, runs and rules join. */
export interface Tally {
  count: number;
  runs: number;
  readonly rules: Set<RuleName>;
}

export function newTally(rules: Iterable<RuleName> = []): Tally {
  return { count: 0, runs: 0, rules: new Set(rules) };
}

export function addTo(tally: Tally, one: { readonly count: number; readonly runs: number }): void {
  tally.count = Math.min(Number.MAX_SAFE_INTEGER, tally.count + one.count);
  tally.runs = withRuns(tally.runs, one.runs);
}

export function seenOf({ count, runs, rules }: Tally): Seen {
  return { count, runs, rules: sortedRules(rules) };
}
