import type { Evidence, VerifiedAttestation } from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import type { Digest } from '../oci/index.ts';

/** What hangs on an image and verifies, and is no document of this kind that could be used. */
export interface RefusedDocument {
  readonly evidence: Digest;
  readonly error: HoldfastError;
}

export interface DocumentKind<T> {
  readonly predicateType: string;
  /** Of one that hangs on anything but the platform manifest. */
  readonly foreign: 'profile-foreign' | 'recipe-foreign';
  /** @throws HoldfastError where it is none */
  readonly read: (attestation: VerifiedAttestation) => T;
}

/** The documents of one kind among what was verified of an image, as they come. What is wrong with one hides no other. */
export function attachedDocuments<T>(
  evidence: readonly Evidence[],
  subject: Digest,
  { predicateType, foreign, read }: DocumentKind<T>,
): { readonly documents: readonly T[]; readonly refused: readonly RefusedDocument[] } {
  const documents: T[] = [];
  const refused: RefusedDocument[] = [];
  for (const one of evidence) {
    if (one.kind !== 'attestation' || one.statement.predicateType !== predicateType) continue;
    try {
      if (one.subject !== subject)
        throw new HoldfastError(foreign, `it is attached to ${one.subject}`, { place: one.evidence });
      documents.push(read(one));
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      refused.push({ evidence: one.evidence, error });
    }
  }
  return { documents, refused };
}
