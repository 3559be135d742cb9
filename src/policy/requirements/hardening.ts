import { predicateTypes } from '../../attest/index.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { hardeningMiss, isOnTheWay } from '../predicates/hardening.ts';
import { meet } from '../trust/meet.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

const anyone = { threshold: 1 };

/** An execution profile of this platform manifest. What is in it is for those who watch. */
export function profileFinding(policy: CompiledPolicy, scene: Scene): Finding {
  if (policy.spec.profile === 'optional') return notRequired('profile');
  const found = attestationsOf(scene, (type) => type === predicateTypes.profile, 'platform');
  const { code, reason, evidence } = meet(
    demandOf(policy, anyone),
    found,
    scene.now,
    () => undefined,
    'execution profile',
  );
  return { check: 'profile', code, reason, evidence };
}

/**
 * A hardening attestation whose result this platform manifest is, and whose tests passed on it. What hardening started from
 * and what lies on the way may be signed as well; it is not the result, and such a digest is refused.
 */
export function hardenedFinding(policy: CompiledPolicy, scene: Scene): Finding {
  if (policy.spec.hardened === 'optional') return notRequired('hardened');
  const { manifest } = scene.image;
  const found = attestationsOf(scene, (type) => type === predicateTypes.hardening, 'platform');
  const { code, reason, evidence } = meet(
    demandOf(policy, anyone),
    found,
    scene.now,
    ({ candidate }) => hardeningMiss(candidate.statement.predicate, manifest),
    'hardening attestation',
  );
  if (code === 'evidence-missing') {
    const naming = scene.elsewhere.filter(
      ({ statement }) =>
        statement.predicateType === predicateTypes.hardening && isOnTheWay(statement.predicate, manifest),
    );
    const [first] = naming;
    if (first !== undefined) {
      return {
        check: 'hardened',
        code: 'hardened-intermediate',
        reason: `it is an intermediate on the way to ${first.subject}`,
        evidence: [...new Set(naming.map((one) => one.evidence))],
      };
    }
  }
  return { check: 'hardened', code, reason, evidence };
}
