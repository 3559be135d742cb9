import type { VerifiedAttestation } from '../../attest/index.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { bomDigests, bomFormat, bomTime, isBom } from '../predicates/bom.ts';
import { meet } from '../trust/meet.ts';
import { type Miss, miss } from '../trust/miss.ts';
import { ageMiss, madeAt } from './age.ts';
import { conditionMiss } from './conditions.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

/** An SBOM about this very platform manifest, by its statement and, where it says so, by itself. */
export function sbomFinding(policy: CompiledPolicy, scene: Scene): Finding {
  const rule = policy.spec.sbom;
  if (rule === undefined) return notRequired('sbom');
  const isAsked = (type: string): boolean => {
    const format = bomFormat(type);
    return format !== undefined && rule.formats.includes(format);
  };
  const { code, reason, evidence } = meet(
    demandOf(policy, rule),
    attestationsOf(scene, isAsked, 'platform'),
    scene.now,
    ({ candidate, signatures }) => {
      const { predicateType, predicate } = candidate.statement;
      const format = bomFormat(predicateType);
      return (
        contentMiss(scene, candidate) ??
        conditionMiss(policy.sbom.conditions, scene, candidate) ??
        ageMiss(rule.maxAge, madeAt(format && bomTime(format, predicate), signatures, scene.now), scene.now)
      );
    },
    'SBOM',
  );
  return { check: 'sbom', code, reason, evidence };
}

function contentMiss(
  { image, index }: Scene,
  { statement: { predicateType, predicate } }: VerifiedAttestation,
): Miss | undefined {
  const format = bomFormat(predicateType);
  if (format === undefined || !isBom(format, predicate))
    return miss('predicate-malformed', 'it is no SBOM of its type');
  const own: readonly (string | undefined)[] = [image.manifest, image.config, index];
  const other = bomDigests(format, predicate).find((digest) => !own.includes(`sha256:${digest}`));
  return other === undefined ? undefined : miss('sbom-other-image', `the SBOM says it is about sha256:${other}`);
}
