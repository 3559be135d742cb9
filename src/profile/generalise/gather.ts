import { HoldfastError } from '../../errors/index.ts';
import { profileLimits } from '../limits.ts';
import type { Run } from '../model.ts';
import type { Observation } from '../observation.ts';
import { observationKey } from '../record/recorder.ts';
import type { Recording, Session } from '../record/recording.ts';

/** An observation with how often it was seen in all, and the bits of the runs that saw it. */
export interface Gathered<T extends Observation = Observation> {
  readonly observation: T;
  readonly count: number;
  readonly runs: number;
}

/** The runs of a recording by time, then by id. @throws HoldfastError `profile-too-large`: more than a profile can number */
export function runsOf(sessions: readonly Session[]): readonly Run[] {
  const byId = new Map<string, Run>();
  for (const { run: id, from, to } of sessions) {
    const run = byId.get(id) ?? { id, from, to, replicas: 0 };
    byId.set(id, {
      id,
      from: run.from < from ? run.from : from,
      to: run.to > to ? run.to : to,
      replicas: run.replicas + 1,
    });
  }
  if (byId.size > profileLimits.runs)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.runs} runs`, { place: 'recording' });
  return [...byId.values()].sort(compareRuns);
}

export function compareRuns(a: Run, b: Run): number {
  return a.from === b.from ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : a.from < b.from ? -1 : 1;
}

/** Every observation once, in one order; `normal` writes each in the form it is compared in. */
export function gathered(
  recording: Recording,
  runs: readonly Run[],
  normal: (one: Observation) => Observation,
): readonly Gathered[] {
  const bits = new Map(runs.map((run, index) => [run.id, 2 ** index]));
  const all = new Map<string, Gathered>();
  for (const session of recording.sessions.values()) {
    const bit = bits.get(session.run) ?? 0;
    for (const sight of session.seen.values()) {
      const observation = normal(sight.observation);
      const key = observationKey(observation);
      const before = all.get(key);
      const count = Math.min(Number.MAX_SAFE_INTEGER, (before?.count ?? 0) + sight.count);
      all.set(key, { observation, count, runs: withRuns(before?.runs ?? 0, bit) });
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Bits of either, as a number without sign. */
export function withRuns(one: number, other: number): number {
  return (one | other) >>> 0;
}
