import type { Digest } from '../../oci/index.ts';
import type { Doubt } from './doubt.ts';
import type { SeenAt } from './drift.ts';
import type { ImageProfile } from './image-profiles.ts';

export interface Kept extends SeenAt {
  readonly doubt: Doubt;
  /** Kind and key by which the kernel counts further times; absent where it does not. */
  readonly key?: string;
}

/** By what something was judged. */
export interface Basis {
  readonly digest: Digest;
  /** Exceptions that amended it. */
  readonly amended: readonly Digest[];
}

/** Whether all that one allows is allowed by the other, too. */
export function isWidened(one: Basis, other: Basis): boolean {
  return one.digest === other.digest && one.amended.every((evidence) => other.amended.includes(evidence));
}

export function basisOf(profile: Extract<ImageProfile, { readonly state: 'ready' }>): Basis {
  return { digest: profile.digest, amended: profile.amended };
}
