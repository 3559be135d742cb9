import { HoldfastError } from '../../errors/index.ts';
import { type Digest, hexOf } from '../../oci/index.ts';
import type { Statement, Subject } from '../model.ts';

/** Everything that is known of an artifact's digests; a statement's subject must agree with all it names of them. */
export interface ArtifactDigests {
  readonly sha256: string;
  readonly sha384?: string;
  readonly sha512?: string;
}

export function digestsOf(digest: Digest): ArtifactDigests {
  return { sha256: hexOf(digest) };
}

function matches(subject: Subject, artifact: ArtifactDigests): boolean {
  const known = Object.entries(artifact) as readonly (readonly [string, string])[];
  const named = known.filter(([algorithm]) => Object.hasOwn(subject.digest, algorithm));
  return named.length > 0 && named.every(([algorithm, hex]) => subject.digest[algorithm]?.toLowerCase() === hex);
}

/** The first subject that is this artifact. */
export function subjectFor(statement: Statement, artifact: ArtifactDigests): Subject | undefined {
  return statement.subjects.find((subject) => matches(subject, artifact));
}

/**
 * Evidence about something else is no evidence, however well signed.
 * @throws HoldfastError `subject-mismatch`
 */
export function refuseOtherSubject(statement: Statement, artifact: ArtifactDigests, place: string): Subject {
  const subject = subjectFor(statement, artifact);
  if (subject !== undefined) return subject;
  const names = statement.subjects.slice(0, 3).map(({ digest }) => digest['sha256'] ?? Object.values(digest)[0]);
  throw new HoldfastError('subject-mismatch', `the statement is about ${names.join(', ')}`, { place });
}

/**
 * A predicate read as another type could mean anything.
 * @throws HoldfastError `predicate-type-mismatch`
 */
export function refuseOtherPredicate(statement: Statement, predicateType: string, place: string): void {
  if (statement.predicateType === predicateType) return;
  throw new HoldfastError(
    'predicate-type-mismatch',
    `the predicate is a ${statement.predicateType}, not a ${predicateType}`,
    { place },
  );
}
