import { withRuns } from '../generalise/gather.ts';
import type { ExecutionProfile, Run, Seen } from '../model.ts';

/** The same profile with its entries' runs numbered as in `runs`, which holds all of its own. */
export function renumbered(profile: ExecutionProfile, runs: readonly Run[]): ExecutionProfile {
  const bits = profile.recorded.runs.map((run) => 2 ** runs.findIndex(({ id }) => id === run.id));
  const move = <T extends Seen>(one: T): T => ({ ...one, runs: moved(one.runs, bits) });
  const { memory } = profile;
  return {
    ...profile,
    recorded: { ...profile.recorded, runs },
    processes: profile.processes.map((one) => ({ ...one, arguments: one.arguments.map(move) })),
    files: profile.files.map(move),
    outbound: profile.outbound.map(move),
    inbound: profile.inbound.map(move),
    memory: memory === undefined ? undefined : move(memory),
  };
}

function moved(runs: number, bits: readonly number[]): number {
  return bits.reduce((all, bit, index) => (Math.floor(runs / 2 ** index) % 2 === 1 ? withRuns(all, bit) : all), 0);
}
