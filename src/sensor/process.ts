import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import type { GapCause, GapEvent, Hello, SensorEvent } from './events.ts';
import { type SensorOptions, sensorArguments } from './options.ts';
import { runOnce } from './run.ts';
import { SequenceWatch } from './sequence.ts';

export interface StartSensor {
  readonly binary: string;
  readonly options: SensorOptions;
  readonly signal: AbortSignal;
  /** Told when the sensor ended and is started again. */
  readonly onRestart?: (why: string, backoffMillis: number) => void;
}

const backoffFirst = 100;
const backoffMax = 10_000;
/** A life as long as this in boot time counts as healthy: the next backoff starts small again. */
const healthyNanos = 60_000_000_000n;

const noFlags = { snapshot: false, hostMountNamespace: false, outside: false, coarse: false, truncated: false };

function gap(cause: GapCause, container: bigint, from: bigint, to: bigint, count: number, detail: string): GapEvent {
  const common = { seq: 0n, time: to, container, containerSeq: 0, flags: noFlags };
  return { ...common, type: 'gap', from, to, count, cause, repaired: false, detail };
}

/**
 * The sensor's events in batches, for as long as the signal allows. It is started again when it dies or hangs; each loss
 * that this side of the pipe can notice (a hole in the numbering, a frame that can't be read, a restart) comes as a
 * `gap` event between the others, before what follows it.
 *
 * @throws HoldfastError `sensor-not-alone` when another one watches this host, `sensor-silent` when its first life ends
 * before hello, `sensor-protocol`
 */
export async function* startSensor(start: StartSensor): AsyncGenerator<readonly SensorEvent[], void, undefined> {
  const args = sensorArguments(start.options);
  let lastSeen: bigint | undefined;
  let backoff = backoffFirst;
  while (!start.signal.aborted) {
    const life = runOnce(start.binary, args, start.signal);
    const numbering = new SequenceWatch();
    let hello: Hello | undefined;
    let born = 0n;
    let why = '';
    let notAlone = false;
    for (;;) {
      const step = await life.next();
      if (step.done === true) {
        ({ why, notAlone } = step.value);
        break;
      }
      const batch: SensorEvent[] = [];
      for (const event of step.value) {
        if (event.type === 'hello') {
          hello = event;
          born = event.time;
          if (lastSeen !== undefined)
            batch.push(event, gap('sensor-restart', 0n, lastSeen, event.time, 0, 'the sensor was started again'));
          else batch.push(event);
        } else {
          const from = lastSeen ?? event.time;
          for (const hole of numbering.next(event))
            batch.push(gap('sequence-hole', hole.container, from, event.time, hole.missing, 'frames are missing'));
          batch.push(event);
          if (event.type === 'undecodable')
            batch.push(gap('frame-undecodable', event.container, event.time, event.time, 1, event.reason));
        }
        if (event.type === 'heartbeat' || event.type === 'hello') lastSeen = event.time;
      }
      yield batch;
    }
    if (start.signal.aborted) return;
    if (hello === undefined && lastSeen === undefined)
      throw new HoldfastError(notAlone ? 'sensor-not-alone' : 'sensor-silent', why);
    if (lastSeen !== undefined && hello !== undefined && lastSeen - born > healthyNanos) backoff = backoffFirst;
    start.onRestart?.(why, backoff);
    await sleep(backoff, undefined, { signal: start.signal }).catch(() => undefined);
    backoff = Math.min(backoffMax, backoff * 2);
  }
}
