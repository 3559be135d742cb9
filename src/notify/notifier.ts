import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, Delivery, type Notice } from './delivery.ts';
import { notifyLimits } from './limits.ts';
import { Selection } from './selection.ts';
import type { Sink } from './sinks/sink.ts';
import type { Told } from './told.ts';

export interface NotifierOptions {
  readonly sinks: readonly Sink[];
  /** `MACHINE:BOOT`. */
  readonly host: string;
  /** Told of trouble with a receiver. */
  readonly notice: Notice;
  readonly clock?: Clock;
  /** Milliseconds; default `notifyLimits.window`. */
  readonly window?: number;
}

/** Tells others, beside the agent's own work: `tell` returns at once. */
export interface Notifier {
  /** Something whose evidence is durable. */
  tell(told: Told): void;
  /** Tries for `notifyLimits.end` to deliver what waits. */
  end(): Promise<void>;
}

const realClock: Clock = {
  now: Date.now,
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
  random: Math.random,
};

const tickMillis = 1000;

export function openNotifier({ sinks, host, notice, clock = realClock, window }: NotifierOptions): Notifier {
  const selection = new Selection({ host, window: window ?? notifyLimits.window });
  const deliveries = sinks.map((sink) => new Delivery(sink, clock, notice));
  const tick = setInterval(() => {
    for (const event of selection.due(clock.now())) for (const one of deliveries) one.push(event);
  }, tickMillis);
  tick.unref();
  return {
    tell: (told) => {
      const event = selection.select(told, clock.now());
      if (event !== undefined) for (const one of deliveries) one.push(event);
    },
    end: async () => {
      clearInterval(tick);
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), notifyLimits.end);
      await Promise.all(deliveries.map((one) => one.end(late.signal)));
      clearTimeout(timer);
    },
  };
}
