import { checkCodes } from './checks.ts';
import type { CompiledPolicy } from './compile/policy.ts';
import type { Check, UsedException, VerifiedException } from './decision.ts';
import { covers } from './exceptions/cover.ts';
import { type GrantedException, kindOf, whyNotGranted } from './exceptions/granted.ts';
import { attestationFindings } from './requirements/attestations.ts';
import { baseImagesFinding } from './requirements/base-images.ts';
import { hardenedFinding, profileFinding } from './requirements/hardening.ts';
import { provenanceFinding } from './requirements/provenance.ts';
import { rollBackFinding } from './requirements/roll-back.ts';
import { sbomFinding } from './requirements/sbom.ts';
import type { Finding, Scene } from './requirements/scene.ts';
import { signatureFinding } from './requirements/signature.ts';
import { vulnerabilityFindings } from './requirements/vulnerabilities.ts';
import { clipped } from './trust/miss.ts';

export interface PolicyJudgement {
  readonly checks: readonly Check[];
  readonly exceptions: readonly UsedException[];
  readonly allows: boolean;
}

/** All checks of one policy, in one order, with the exceptions it takes. */
export function judgePolicy(
  policy: CompiledPolicy,
  scene: Scene,
  exceptions: readonly VerifiedException[],
): PolicyJudgement {
  const judged = exceptions.map((exception) => ({ exception, why: whyNotGranted(policy, scene, exception) }));
  const granted: readonly GrantedException[] = judged.flatMap(({ exception, why }) => {
    const kind = kindOf(exception);
    return why === undefined && kind !== undefined ? [{ ...exception, kind }] : [];
  });
  const findings: readonly Finding[] = [
    signatureFinding(policy, scene),
    ...attestationFindings(policy, scene),
    provenanceFinding(policy, scene),
    sbomFinding(policy, scene),
    ...vulnerabilityFindings(policy, scene, granted),
    profileFinding(policy, scene),
    hardenedFinding(policy, scene),
    baseImagesFinding(policy, scene),
    rollBackFinding(policy, scene),
  ];
  const checks = findings.map((finding) => checkOf(policy.name, withExceptions(finding, granted)));
  const applied = new Set(checks.flatMap((check) => check.exceptions));
  return {
    checks,
    exceptions: judged.map(({ exception, why }) => ({
      policy: policy.name,
      evidence: exception.evidence,
      name: exception.document.metadata.name,
      kind: kindOf(exception) ?? 'none',
      issuer: exception.document.spec.issuer,
      expires: exception.document.spec.expires,
      code: why ?? (applied.has(exception.evidence) ? 'applied' : 'unused'),
    })),
    allows: checks.every(({ status }) => status === 'pass' || status === 'not-required'),
  };
}

function withExceptions(finding: Finding, granted: readonly GrantedException[]): Finding {
  const { status } = checkCodes[finding.code];
  if (status === 'pass' || status === 'not-required') return finding;
  const covering = granted.filter((exception) => covers(exception, finding)).map(({ evidence }) => evidence);
  return covering.length === 0 ? finding : { ...finding, code: 'excepted', exceptions: covering };
}

export function checkOf(
  policy: string | undefined,
  { check, code, reason, evidence, exceptions = [] }: Finding,
): Check {
  return {
    ...(policy === undefined ? {} : { policy }),
    check,
    status: checkCodes[code].status,
    code,
    reason: clipped(reason),
    evidence,
    exceptions,
  };
}
