import type { CheckCode } from '../checks.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import type { GrantedException } from '../exceptions/granted.ts';
import { meet } from '../trust/meet.ts';
import { type Miss, miss } from '../trust/miss.ts';
import { attestedReport, vulnerabilityTypes } from '../vulnerabilities/attested.ts';
import { judgeReport, namesOf, type VulnerabilityRule } from '../vulnerabilities/judge.ts';
import type { VulnerabilityReport } from '../vulnerabilities/model.ts';
import { ageMiss, madeAt } from './age.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

interface Judged {
  readonly finding: Finding;
  /** The reports that passed, for seeing which exceptions were of use. */
  readonly reports: readonly VulnerabilityReport[];
}

/** One check for each source that the policy names; each has to pass. */
export function vulnerabilityFindings(
  policy: CompiledPolicy,
  scene: Scene,
  granted: readonly GrantedException[],
): readonly Finding[] {
  const rule = policy.spec.vulnerabilities;
  if (rule === undefined) return [notRequired('vulnerabilities')];
  return [...new Set(rule.sources)].sort().map((source) => {
    const judge = (waived: ReadonlySet<string>): Judged =>
      source === 'live' ? live(rule, scene, waived) : attested(rule, policy, scene, waived);
    const { finding } = judge(new Set());
    if (finding.code === passing) return finding;
    const lists = granted.map(({ document, evidence }) => ({
      evidence,
      ids: document.spec.scope.vulnerabilities?.ids ?? [],
    }));
    const excepted = judge(new Set(lists.flatMap(({ ids }) => ids)));
    if (excepted.finding.code !== passing) return finding;
    const present = new Set(excepted.reports.flatMap(({ vulnerabilities }) => vulnerabilities.flatMap(namesOf)));
    const used = lists.filter(({ ids }) => ids.some((id) => present.has(id))).map(({ evidence }) => evidence);
    return { ...finding, code: 'excepted', evidence: excepted.finding.evidence, exceptions: [...new Set(used)].sort() };
  });
}

const passing: CheckCode = 'vulnerabilities-acceptable';

/**
 * By scans that were attested. One that passes and is not older than `maxAge` is enough, whatever another says: who keeps
 * the registry could hide the other. What is newer than the scan is for the live source.
 */
function attested(rule: VulnerabilityRule, policy: CompiledPolicy, scene: Scene, waived: ReadonlySet<string>): Judged {
  const check = 'vulnerabilities attestation';
  const candidates = attestationsOf(scene, (type) => vulnerabilityTypes.includes(type), 'platform').map(
    (attestation) => ({
      ...attestation,
      report: attestedReport(attestation.statement),
    }),
  );
  const { code, reason, evidence, met } = meet(
    demandOf(policy, rule),
    candidates,
    scene.now,
    ({ candidate: { report }, signatures }): Miss | undefined => {
      if (report === undefined) return miss('predicate-malformed', 'its results or its date can not be read');
      return (
        judgeReport(rule, report, scene.context.exploited, waived) ??
        ageMiss(rule.maxAge, madeAt(Date.parse(report.scannedAt), signatures, scene.now), scene.now)
      );
    },
    'vulnerability scan',
  );
  return {
    finding: { check, code: code === 'evidence-trusted' ? passing : code, reason, evidence },
    reports: met.flatMap(({ candidate: { report } }) => (report === undefined ? [] : [report])),
  };
}

function live(rule: VulnerabilityRule, { context, image, now }: Scene, waived: ReadonlySet<string>): Judged {
  const check = 'vulnerabilities live';
  const report = context.vulnerabilities?.report(image.manifest);
  if (report === undefined) {
    const reason =
      context.vulnerabilities === undefined ? 'there is no matcher here' : 'the image has not been matched';
    return { finding: { check, code: 'vulnerabilities-unavailable', reason, evidence: [] }, reports: [] };
  }
  const scanned = Date.parse(report.scannedAt);
  const why =
    judgeReport(rule, report, context.exploited, waived) ??
    ageMiss(rule.maxAge, madeAt(Number.isNaN(scanned) ? undefined : scanned, [], now), now);
  const finding = why === undefined ? { code: passing, reason: `as of ${report.scannedAt}` } : why;
  return { finding: { check, ...finding, evidence: [] }, reports: [report] };
}
