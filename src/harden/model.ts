import type { FoundPackage } from '../contents/index.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import type { ExecutionProfile } from '../profile/index.ts';
import type { Unresolved } from './need/closure.ts';
import type { Reason } from './need/reason.ts';

/** How much of an image there is: bytes of its regular files, how many, and packages. */
export interface Amount {
  readonly bytes: number;
  readonly files: number;
  readonly packages: number;
}

/** How the functional tests went on the result. */
export interface TestsOnResult {
  readonly ran: number;
  readonly passed: number;
  readonly failed: number;
}

/** An image cut down, stored under its digest. */
export interface Cut {
  readonly base: Digest;
  readonly manifest: Descriptor;
  readonly before: Amount;
  readonly after: Amount;
  readonly removed: readonly FoundPackage[];
  readonly kept: readonly FoundPackage[];
  /** Why each path stays. */
  readonly reasons: ReadonlyMap<string, Reason>;
  readonly unresolved: readonly Unresolved[];
  /** What the recipe names and the image does not have. */
  readonly absent: readonly string[];
  /** The profile, of the result now. Its scores were another image's. */
  readonly profile: ExecutionProfile;
}
