import { serverLimits } from './limits.ts';

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go writes it (`10s`, `1m30s`, `500ms`), in milliseconds; undefined = it is none. */
export function goDuration(text: string): number | undefined {
  if (!/^(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h)){1,6}$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(number) * (units[unit ?? ''] ?? 0);
  }
  return sum;
}

/**
 * How long an answer may take: what was configured, and always less than the API server waits (`?timeout=10s`, which it
 * adds to the address). What can't be read as a duration changes nothing.
 */
export function deadlineFor(timeout: string | null, configured: number): number {
  const waits = timeout === null ? undefined : goDuration(timeout);
  if (waits === undefined || waits <= 0) return configured;
  const margin = Math.min(serverLimits.marginMillis, waits / 4);
  return Math.min(configured, waits - margin);
}
