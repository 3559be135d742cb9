import { type Evidence, predicateTypes } from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { canonicalJson } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
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
  readonly refused: readonly { readonly evidence: Digest; readonly error: HoldfastError }[];
}

/** The profiles among what was verified of an image. One attached to anything but the platform manifest is foreign. */
export function attachedProfiles(evidence: readonly Evidence[], subject: Digest): AttachedProfiles {
  const profiles: AttachedProfile[] = [];
  const refused: { evidence: Digest; error: HoldfastError }[] = [];
  for (const one of evidence) {
    if (one.kind !== 'attestation' || one.statement.predicateType !== predicateTypes.profile) continue;
    try {
      if (one.subject !== subject)
        throw new HoldfastError('profile-foreign', `it is attached to ${one.subject}`, { place: one.evidence });
      const profile = readProfileValue(bounded(one.statement.predicate, one.evidence), one.evidence, { subject });
      profiles.push({ evidence: one.evidence, digest: profileDigest(profile), profile });
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      refused.push({ evidence: one.evidence, error });
    }
  }
  return { profiles: profiles.sort(newestFirst), refused };
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
