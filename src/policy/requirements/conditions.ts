import type { Json, VerifiedAttestation } from '../../attest/index.ts';
import { type ConditionInput, celValueOf } from '../cel/condition.ts';
import type { NamedCondition } from '../compile/policy.ts';
import { type Miss, miss } from '../trust/miss.ts';
import type { Scene } from './scene.ts';

/** The first condition that does not hold, if any. */
export function conditionMiss(
  conditions: readonly NamedCondition[],
  scene: Scene,
  attestation: VerifiedAttestation,
): Miss | undefined {
  if (conditions.length === 0) return undefined;
  const input = inputOf(scene, attestation);
  for (const { run, message } of conditions) {
    const result = run(input);
    if (result.holds) continue;
    return result.cause === 'false'
      ? miss('condition-false', message)
      : miss('condition-unevaluable', `${message} (${result.reason})`);
  }
  return undefined;
}

function inputOf({ image }: Scene, { statement, subject }: VerifiedAttestation): ConditionInput {
  const plain: Json = {
    type: statement.type,
    predicateType: statement.predicateType,
    subject: statement.subjects.map(({ name, digest, annotations }) => ({
      ...(name === undefined ? {} : { name }),
      digest,
      ...(annotations === undefined ? {} : { annotations }),
    })),
  };
  return {
    predicate: celValueOf(statement.predicate),
    statement: celValueOf(plain),
    image: celValueOf({
      manifest: image.manifest,
      subject,
      ...(image.name === undefined ? {} : { name: image.name }),
      ...(image.index === undefined ? {} : { index: image.index.digest }),
    }),
  };
}
