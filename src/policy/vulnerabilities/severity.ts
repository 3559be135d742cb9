import type { Json } from '../../attest/index.ts';
import { severities } from '../schema/trust-policy.ts';
import { cvss3Score } from './cvss3.ts';
import type { Severity } from './model.ts';

const order: readonly Severity[] = [...severities, 'unknown'];

const words: Readonly<Record<string, Severity>> = {
  none: 'none',
  negligible: 'low',
  low: 'low',
  minor: 'low',
  medium: 'medium',
  moderate: 'medium',
  important: 'high',
  high: 'high',
  critical: 'critical',
};

/** A severity as scanners write it: a word, a CVSS score, or a CVSS 3 vector. */
export function severityOf(value: Json | undefined): Severity {
  if (typeof value === 'number') return ofScore(value);
  if (typeof value !== 'string') return 'unknown';
  const text = value.trim();
  const word = text.toLowerCase();
  if (Object.hasOwn(words, word)) return words[word] ?? 'unknown';
  if (/^\d{1,2}(?:\.\d{1,2})?$/.test(text)) return ofScore(Number(text));
  const score = cvss3Score(text);
  return score === undefined ? 'unknown' : ofScore(score);
}

/** CVSS v3.1, section 5: qualitative severity rating scale. */
function ofScore(score: number): Severity {
  if (!(score >= 0 && score <= 10)) return 'unknown';
  if (score === 0) return 'none';
  return score < 4 ? 'low' : score < 7 ? 'medium' : score < 9 ? 'high' : 'critical';
}

/** The worst of those that say something; unknown only where none does. */
export function worstSeverity(found: readonly Severity[]): Severity {
  const known = found.filter((one) => one !== 'unknown');
  return (
    known.reduce<Severity | undefined>(
      (worst, one) => (worst === undefined || order.indexOf(one) > order.indexOf(worst) ? one : worst),
      undefined,
    ) ?? 'unknown'
  );
}

export function isWorse(severity: Severity, maximum: Severity): boolean {
  return order.indexOf(severity) > order.indexOf(maximum);
}
