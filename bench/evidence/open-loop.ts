import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

export interface OpenLoop {
  /** From the moment each was due, in milliseconds: what had to wait behind another counts in full. */
  readonly millis: readonly number[];
  /** How late each was begun. */
  readonly lateMillis: readonly number[];
}

/** Timers may be this late; the rest of the way is waited for turn by turn. */
const slack = 2;

/** Begins work at a fixed rate, whether the work before has ended or not. */
export async function openLoop(
  rate: number,
  seconds: number,
  work: (number: number) => Promise<void> | void,
): Promise<OpenLoop> {
  const millis: number[] = [];
  const lateMillis: number[] = [];
  const under: Promise<void>[] = [];
  const begun = performance.now() + 10;
  for (let at = 0; at < rate * seconds; at += 1) {
    const due = begun + (at * 1000) / rate;
    const rest = due - performance.now();
    if (rest > slack) await sleep(rest - slack);
    while (performance.now() < due) await setImmediate();
    lateMillis.push(performance.now() - due);
    under.push(
      (async () => {
        await work(at);
        millis.push(performance.now() - due);
      })(),
    );
  }
  await Promise.all(under);
  return { millis, lateMillis };
}
