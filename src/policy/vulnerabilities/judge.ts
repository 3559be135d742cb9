import type { TrustPolicySpec } from '../schema/trust-policy.ts';
import { type Miss, miss } from '../trust/miss.ts';
import type { KnownExploited, Vulnerability, VulnerabilityReport } from './model.ts';
import { isWorse } from './severity.ts';

export type VulnerabilityRule = NonNullable<TrustPolicySpec['vulnerabilities']>;

export function namesOf({ id, aliases }: Vulnerability): readonly string[] {
  return [id, ...aliases];
}

/** Undefined: nothing in the report is above the threshold once what was waived is left out. */
export function judgeReport(
  rule: VulnerabilityRule,
  report: VulnerabilityReport,
  exploited: KnownExploited | undefined,
  waived: ReadonlySet<string>,
): Miss | undefined {
  const counted = report.vulnerabilities.filter((one) => !namesOf(one).some((name) => waived.has(name)));
  if (rule.knownExploited === 'deny') {
    if (exploited === undefined && counted.length > 0) {
      return miss('exploited-unavailable', 'there is no catalogue of what is known to be exploited');
    }
    const known = counted.filter((one) => namesOf(one).some((name) => exploited?.has(name)));
    if (known.length > 0) return miss('vulnerability-exploited', `known to be exploited: ${listed(known)}`);
  }
  const above = counted.filter((one) => isAbove(rule, one));
  if (above.length === 0) return undefined;
  return miss('vulnerability-above-threshold', `${above.length} above ${rule.maximum}: ${listed(above)}`);
}

function isAbove(rule: VulnerabilityRule, { severity, fixable }: Vulnerability): boolean {
  if (rule.onlyFixable && fixable === false) return false;
  return severity === 'unknown' ? rule.unknownSeverity === 'deny' : isWorse(severity, rule.maximum);
}

function listed(found: readonly Vulnerability[]): string {
  const texts = found.map(
    ({ id, severity, package: name }) =>
      `${id.slice(0, 60)} (${severity}${name === undefined ? '' : `, ${name.slice(0, 60)}`})`,
  );
  const unique = [...new Set(texts)].sort();
  return `${unique.slice(0, 5).join(', ')}${unique.length > 5 ? ` and ${unique.length - 5} more` : ''}`;
}
