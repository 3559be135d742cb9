import { predicateTypes, type Statement } from '../../attest/index.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { bomFormat, bomTime } from '../predicates/bom.ts';
import { provenanceTypes, readProvenance } from '../predicates/provenance.ts';
import { meet } from '../trust/meet.ts';
import { attestedReport, vulnerabilityTypes } from '../vulnerabilities/attested.ts';
import { ageMiss, madeAt } from './age.ts';
import { conditionMiss } from './conditions.ts';
import { attestationsOf, demandOf, type Finding, type Scene } from './scene.ts';

/** Types that describe what is in one platform's image: on an index they describe nothing, whatever a policy says. */
const platformOnly: ReadonlySet<string> = new Set([
  predicateTypes['file-manifest'],
  predicateTypes.profile,
  predicateTypes.hardening,
  predicateTypes.cyclonedx,
  predicateTypes.spdx,
]);

/** Attestations that the policy names by type, each with its own check. */
export function attestationFindings(policy: CompiledPolicy, scene: Scene): readonly Finding[] {
  return policy.spec.attestations.flatMap((rule, index) => {
    const compiled = policy.attestations[index];
    if (compiled === undefined) return [];
    const { type, conditions } = compiled;
    const { code, reason, evidence } = meet(
      demandOf(policy, rule),
      attestationsOf(scene, (found) => found === type, platformOnly.has(type) ? 'platform' : rule.subject),
      scene.now,
      ({ candidate, signatures }) =>
        conditionMiss(conditions, scene, candidate) ??
        ageMiss(rule.maxAge, madeAt(saidTime(candidate.statement), signatures, scene.now), scene.now),
      `attestation of type ${type}`,
    );
    return [{ check: `attestation ${rule.name}`, code, reason, evidence }];
  });
}

/** The time that a predicate of a known type gives for itself. */
function saidTime(statement: Statement): number | undefined {
  const format = bomFormat(statement.predicateType);
  if (format !== undefined) return bomTime(format, statement.predicate);
  if (provenanceTypes.includes(statement.predicateType)) return readProvenance(statement).finished;
  if (!vulnerabilityTypes.includes(statement.predicateType)) return undefined;
  const report = attestedReport(statement);
  return report === undefined ? undefined : Date.parse(report.scannedAt);
}
