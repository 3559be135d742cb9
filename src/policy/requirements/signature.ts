import type { CompiledPolicy } from '../compile/policy.ts';
import { meet } from '../trust/meet.ts';
import { miss } from '../trust/miss.ts';
import { demandOf, type Finding, notRequired, type Scene } from './scene.ts';

/**
 * The image signature, on the platform manifest or on the index that lists it. Only image signatures are looked at: an
 * attestation of any other type, signed by whomever, does not make an image signed.
 */
export function signatureFinding(policy: CompiledPolicy, scene: Scene): Finding {
  const rule = policy.spec.signature;
  if (rule === undefined) return notRequired('signature');
  const wanted = Object.entries(rule.annotations ?? {});
  const { code, reason, evidence } = meet(
    demandOf(policy, rule),
    scene.signatures,
    scene.now,
    ({ candidate: { annotations } }) => {
      const wrong = wanted.find(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
      return wrong === undefined
        ? undefined
        : miss('annotations-mismatch', `${wrong[0]} is not ${JSON.stringify(wrong[1])}`);
    },
    'image signature',
  );
  return { check: 'signature', code, reason, evidence };
}
