import { type Evidence, predicateTypes } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { ExceptionCode } from '../checks.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import type { VerifiedException } from '../decision.ts';
import { parseValue } from '../document/parse.ts';
import { imageName } from '../images/name.ts';
import { compare, demandOf, type Scene } from '../requirements/scene.ts';
import { millisecondsOf } from '../schema/fields.ts';
import { exceptionKinds } from '../schema/trust-policy.ts';
import { meet } from '../trust/meet.ts';

export type ExceptionKind = (typeof exceptionKinds)[number];

/** An exception that the policy takes, for this image, now. */
export type GrantedException = VerifiedException & { readonly kind: ExceptionKind };

/** Exceptions that hang on an image as attestations: `https://holdfast.dev/attestation/exception/v1`, the document as predicate. */
export function exceptionsIn(evidence: readonly Evidence[]): {
  readonly exceptions: readonly VerifiedException[];
  readonly malformed: readonly { readonly evidence: VerifiedException['evidence']; readonly error: HoldfastError }[];
} {
  const exceptions: VerifiedException[] = [];
  const malformed: { evidence: VerifiedException['evidence']; error: HoldfastError }[] = [];
  for (const one of evidence) {
    if (one.kind !== 'attestation' || one.statement.predicateType !== predicateTypes.exception) continue;
    try {
      const parsed = parseValue('exception', one.statement.predicate);
      if (parsed.kind !== 'ImageException') throw new HoldfastError('policy-malformed', 'not an ImageException');
      exceptions.push({ evidence: one.evidence, document: parsed.exception, signatures: one.signatures });
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      malformed.push({ evidence: one.evidence, error });
    }
  }
  return { exceptions, malformed };
}

/** The one kind of an exception; undefined where its scope does not have exactly one. */
export function kindOf({ document }: VerifiedException): ExceptionKind | undefined {
  const kinds = exceptionKinds.filter((kind) => document.spec.scope[kind] !== undefined);
  return kinds.length === 1 ? kinds[0] : undefined;
}

/** Undefined: the policy takes it. Otherwise why not. `at`: when it has to hold; who signed it is judged as of now. */
export function whyNotGranted(
  policy: CompiledPolicy,
  scene: Scene,
  exception: VerifiedException,
  at = scene.now,
): ExceptionCode | undefined {
  const rule = policy.spec.exceptions;
  const { subject, notBefore, expires } = exception.document.spec;
  const kind = kindOf(exception);
  if (rule === undefined) return 'exceptions-not-allowed';
  if (!isSubject(scene, subject)) return 'exception-other-image';
  if (kind === undefined || !rule.kinds.includes(kind)) return 'exception-kind-not-allowed';
  const { code } = meet(demandOf(policy, rule), [exception], scene.now, () => undefined, 'exception');
  if (code !== 'evidence-trusted') return 'exception-untrusted';
  const [begin, end] = [Date.parse(notBefore), Date.parse(expires)];
  // Each is written so that a date that does not exist (NaN) is refused.
  if (!(at >= begin)) return 'exception-not-begun';
  if (!(at < end)) return 'exception-expired';
  return end - begin <= millisecondsOf(rule.maxDuration) ? undefined : 'exception-too-long';
}

/** When an exception has to hold to be used: now, or at the end of a debug session that is over, which excuses what was done in it. */
export function usedAt({ now }: Scene, exception: VerifiedException): number {
  if (kindOf(exception) !== 'debugSession') return now;
  const last = Date.parse(exception.document.spec.expires) - 1;
  return last < now ? last : now;
}

function isSubject({ image, index }: Scene, subject: VerifiedException['document']['spec']['subject']): boolean {
  if (image.name === undefined || (subject.digest !== image.manifest && subject.digest !== index)) return false;
  try {
    return imageName(subject.image) === image.name;
  } catch {
    return false;
  }
}

/** All exceptions there are, each once, in one order. */
export function allExceptions(
  given: readonly VerifiedException[],
  found: readonly VerifiedException[],
): readonly VerifiedException[] {
  const byEvidence = new Map([...given, ...found].map((one) => [one.evidence, one]));
  return [...byEvidence.values()].sort((a, b) => compare(a.evidence, b.evidence));
}
