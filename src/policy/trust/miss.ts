import type { CheckCode } from '../checks.ts';
import { policyLimits } from '../limits.ts';

/** Why a piece of evidence does not do. The one that came furthest is shown. */
export interface Miss {
  readonly code: CheckCode;
  readonly reason: string;
}

/** How far evidence came that misses for a reason: who signed is asked before what it says. */
const order: readonly CheckCode[] = [
  'party-untrusted',
  'claims-mismatch',
  'key-not-begun',
  'key-expired',
  'logs-too-few',
  'timestamps-too-few',
];

export function miss(code: CheckCode, reason: string): Miss {
  return { code, reason: clipped(reason) };
}

/** Reasons hold text that others wrote: it is cut, and can always be written as UTF-8. */
export function clipped(text: string): string {
  return (text.length > policyLimits.reason ? `${text.slice(0, policyLimits.reason - 1)}…` : text).toWellFormed();
}

/** The one that came furthest; the earlier of two that came as far. */
export function furthest(misses: readonly Miss[]): Miss | undefined {
  let best: Miss | undefined;
  for (const one of misses) if (best === undefined || rank(one) > rank(best)) best = one;
  return best;
}

function rank({ code }: Miss): number {
  const at = order.indexOf(code);
  return at === -1 ? order.length : at;
}
