import type { BootTime, Hello } from './events.ts';

/** Turns the sensor's boot times into RFC 3339 UTC with milliseconds. */
export interface Clock {
  readonly realtimeOffset: bigint;
}

export function clockOf(hello: Hello): Clock {
  return { realtimeOffset: hello.realtimeOffset };
}

/** The largest instant a Date holds, in ms: a hostile or broken time is clamped, not thrown. */
const lastInstant = 8_640_000_000_000_000n;

export function rfc3339(clock: Clock, time: BootTime): string {
  const millis = (time + clock.realtimeOffset) / 1_000_000n;
  return new Date(Number(millis > lastInstant ? lastInstant : millis)).toISOString();
}

/** Boot time of an instant on this host, for what the agent itself notices. */
export function bootTime(clock: Clock, instant: Date): BootTime {
  return BigInt(instant.getTime()) * 1_000_000n - clock.realtimeOffset;
}
