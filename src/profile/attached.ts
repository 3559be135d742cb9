import { type Evidence, predicateTypes } from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { canonicalJson } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import { attachedDocuments, type RefusedDocument } from './attached-documents.ts';
import { readProfileValue } from './document/read.ts';
import { profileDigest } from './document/write.ts';
import { profileLimits } from './limits.ts';
import type { ExecutionProfile } from './model.ts';

/** A profile that hangs on an image, its signature verified: by whom, and whether they are trusted, is for the policy. */
export interface AttachedProfile {
  readonly evidence: Digest;
  readonly digest: Digest;
  readonly profile: ExecutionProfile;
}

export interface AttachedProfiles {
  /** The last recorded first. */
  readonly profiles: readonly AttachedProfile[];
  /** Verified, and no profile of this image that could be used. */
  readonly refused: readonly RefusedDocument[];
}

/** The profiles among what was verified of an image. One attached to anything but the platform manifest is foreign. */
export function attachedProfiles(evidence: readonly Evidence[], subject: Digest): AttachedProfiles {
  const { documents, refused } = attachedDocuments(evidence, subject, {
    predicateType: predicateTypes.profile,
    foreign: 'profile-foreign',
    read: ({ evidence: place, statement }): AttachedProfile => {
      const profile = readProfileValue(bounded(statement.predicate, place), place, { subject });
      return { evidence: place, digest: profileDigest(profile), profile };
    },
  });
  return { profiles: documents.toSorted(newestFirst), refused };
}

function bounded(value: unknown, place: string): unknown {
  try {
    canonicalJson(value, { depth: profileLimits.depth, bytes: profileLimits.bytes }, place);
    return value;
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const code = cause.code === 'entry-too-large' ? 'profile-too-large' : 'profile-malformed';
    throw new HoldfastError(code, cause.message, { place, cause });
  }
}

function newestFirst(a: AttachedProfile, b: AttachedProfile): number {
  const [x, y] = [lastSeen(a.profile), lastSeen(b.profile)];
  return x === y ? (a.digest < b.digest ? -1 : 1) : y - x;
}

function lastSeen({ recorded }: ExecutionProfile): number {
  return Math.max(0, ...recorded.runs.map((run) => Date.parse(run.to)));
}
