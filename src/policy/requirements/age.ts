import type { VerifiedSignature } from '../../attest/index.ts';
import { policyLimits } from '../limits.ts';
import { millisecondsOf } from '../schema/fields.ts';
import { type Miss, miss } from '../trust/miss.ts';
import { trustedTimes } from '../trust/signature.ts';

/** A time that has not come yet says nothing. */
export function past(time: number | undefined, now: number): number | undefined {
  return time === undefined || time > now + policyLimits.clockSkew ? undefined : time;
}

/**
 * When evidence was made: as its predicate says, else the earliest time a witness vouches for. Only signatures that count
 * are handed in.
 */
export function madeAt(
  said: number | undefined,
  signatures: readonly VerifiedSignature[],
  now: number,
): number | undefined {
  const witnessed = signatures.flatMap(trustedTimes);
  return past(said, now) ?? past(witnessed.length === 0 ? undefined : Math.min(...witnessed), now);
}

export function ageMiss(maxAge: string | undefined, made: number | undefined, now: number): Miss | undefined {
  if (maxAge === undefined) return undefined;
  if (made === undefined) return miss('evidence-undated', 'nothing signed says when it was made');
  if (now - made <= millisecondsOf(maxAge)) return undefined;
  return miss('evidence-too-old', `made ${new Date(made).toISOString()}, allowed are ${maxAge}`);
}
