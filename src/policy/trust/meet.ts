import type { VerifiedSignature } from '../../attest/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { CheckCode } from '../checks.ts';
import type { Authority } from './authority.ts';
import { furthest, type Miss, miss } from './miss.ts';
import { partyKey } from './party.ts';
import { whyNotTrusted } from './signature.ts';

/** Signed evidence that may do: of the right kind, about the image. */
export interface Candidate {
  readonly evidence: Digest;
  readonly signatures: readonly VerifiedSignature[];
}

/** Evidence with the signatures on it that count. */
export interface Trusted<T extends Candidate> {
  readonly candidate: T;
  readonly signatures: readonly VerifiedSignature[];
}

export interface Demand {
  readonly authorities: readonly Authority[];
  readonly threshold: number;
}

export interface Outcome<T extends Candidate> {
  readonly code: CheckCode;
  readonly reason: string;
  readonly evidence: readonly Digest[];
  /** What did, empty unless it is enough. */
  readonly met: readonly Trusted<T>[];
}

/** What of it counts at all: signed by at least one party of the authorities. */
export function trustedOf<T extends Candidate>(
  demand: Demand,
  candidates: readonly T[],
  now: number,
): { readonly trusted: readonly Trusted<T>[]; readonly misses: readonly Miss[] } {
  const trusted: Trusted<T>[] = [];
  const misses: Miss[] = [];
  for (const candidate of candidates) {
    const signatures: VerifiedSignature[] = [];
    for (const signature of candidate.signatures) {
      const why = whyNotTrusted(demand.authorities, signature, now);
      if (why === undefined) signatures.push(signature);
      else misses.push(why);
    }
    if (signatures.length > 0) trusted.push({ candidate, signatures });
  }
  return { trusted, misses };
}

/**
 * Whether enough distinct parties have signed evidence that passes the test. What a predicate says is only looked at once
 * somebody trusted has signed it. More evidence never makes it worse: one piece that does is enough, whatever others say.
 */
export function meet<T extends Candidate>(
  demand: Demand,
  candidates: readonly T[],
  now: number,
  test: (trusted: Trusted<T>) => Miss | undefined,
  what: string,
): Outcome<T> {
  if (candidates.length === 0)
    return { code: 'evidence-missing', reason: `there is no ${what} about this image`, evidence: [], met: [] };
  const { trusted, misses } = trustedOf(demand, candidates, now);
  const met: Trusted<T>[] = [];
  const failed: Miss[] = [...misses];
  for (const one of trusted) {
    const why = test(one);
    if (why === undefined) met.push(one);
    else failed.push(why);
  }
  const parties = new Set(met.flatMap(({ signatures }) => signatures.map(({ party }) => partyKey(party)))).size;
  const evidence = [...new Set(met.map(({ candidate }) => candidate.evidence))].sort();
  if (parties >= demand.threshold) {
    return { code: 'evidence-trusted', reason: `${parties} of ${demand.threshold} parties`, evidence, met };
  }
  if (parties > 0) {
    const { code, reason } = miss(
      'threshold-unmet',
      `${parties} of ${demand.threshold} distinct parties have signed a ${what}`,
    );
    return { code, reason, evidence, met: [] };
  }
  const { code, reason } = furthest(failed) ?? miss('party-untrusted', `nobody has signed the ${what}`);
  return { code, reason, evidence: [...new Set(candidates.map((one) => one.evidence))].sort(), met: [] };
}
