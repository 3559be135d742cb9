import type { Command } from 'commander';
import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';
import { attachedProfiles, type ExecutionProfile, profileLimits, readProfile } from '../../profile/index.ts';
import { attachedEvidence } from '../evidence/attached.ts';
import { type TrustFlags, takesTrust, trustOf } from '../evidence/trust.ts';
import { type RegistryFlags, takesRegistryFlags } from '../source.ts';

export interface ProfileFlags extends TrustFlags, RegistryFlags {
  readonly platform?: string;
}

/** Adds what says whether PROFILE is a file or hangs on an image. */
export function takesProfile(command: Command): Command {
  return takesRegistryFlags(takesTrust(command)).option('--platform <os/arch>', 'of this image of an index');
}

/**
 * The profile that was named.
 * @throws HoldfastError as `readProfile`, `attachedEvidence`; `not-found`: none is attached that verifies
 */
export async function openProfile(text: string, flags: ProfileFlags, signal: AbortSignal): Promise<ExecutionProfile> {
  const trust = await trustOf(flags);
  if (trust === undefined) return readProfile(await readBounded(text, profileLimits.bytes + 1), text);
  const { manifest, evidence } = await attachedEvidence(text, flags, trust, signal);
  const { profiles, refused } = attachedProfiles(evidence, manifest);
  const [newest] = profiles;
  if (newest !== undefined) return newest.profile;
  const [first] = refused;
  if (first !== undefined) throw first.error;
  throw new HoldfastError('not-found', 'no profile is attached that verifies', {
    place: `${text} (${manifest})`,
  });
}
