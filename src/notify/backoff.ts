import { notifyLimits } from './limits.ts';

/**
 * Milliseconds until the next attempt: doubled each time, spread over the upper half so that hosts that failed together do
 * not come back together; at least what the receiver asked for.
 * @param attempt from 1
 * @param random from 0 to 1
 */
export function delayAfter(attempt: number, random: number, asked: number | undefined): number {
  const { firstDelay, longestDelay, retryAfter } = notifyLimits;
  const full = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt - 1, 20));
  return Math.max(full / 2 + (full / 2) * random, Math.min(asked ?? 0, retryAfter));
}

/**
 * Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3: seconds, or a date); undefined: it is neither.
 * @param now Unix milliseconds
 */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3}, /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
