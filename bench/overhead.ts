import { setTimeout as sleep } from 'node:timers/promises';
import { type Condition, conditions, type Ground } from './ground.ts';
import { type Load, runLoad } from './loads.ts';
import { slowdown, spread } from './statistics.ts';

/** One load under all conditions. */
export interface OverheadRow {
  readonly load: string;
  readonly seconds: number;
  /** Per cent against `nothing`, paired by round: median and the middle half. */
  readonly slowdown: Readonly<
    Record<Exclude<Condition, 'nothing'>, { readonly median: number; readonly low: number; readonly high: number }>
  >;
}

/**
 * A/B interleaved: each round runs the load once under every condition, in an order that turns with the round, each time
 * in a fresh container after some runs to warm up (an agent lives for days, and its code is slow in its first seconds). The
 * A/A column (`again`) is the noise floor of this run.
 */
export async function overhead(
  ground: Ground,
  load: Load,
  rounds: number,
  progress: (line: string) => void,
): Promise<OverheadRow> {
  const samples = new Map<Condition, number[]>(conditions.map((condition) => [condition, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < conditions.length; turn += 1) {
      const condition = conditions[(round + turn) % conditions.length] ?? 'nothing';
      const seconds = await ground.during(condition, async (id) => {
        for (let run = 0; run < load.warmUps; run += 1) await runLoad(ground, id, load);
        await sleep(1000);
        return await runLoad(ground, id, load);
      });
      samples.get(condition)?.push(seconds);
      progress(`${load.name}, round ${round + 1} of ${rounds}, ${condition}: ${seconds.toFixed(3)} s`);
    }
  }
  const of = (condition: Condition) => samples.get(condition) ?? [];
  const against = (condition: Condition) => slowdown(of('nothing'), of(condition));
  return {
    load: load.name,
    seconds: spread(of('nothing')).median,
    slowdown: { again: against('again'), holdfast: against('holdfast'), auditd: against('auditd') },
  };
}
