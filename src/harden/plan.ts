import type { FoundPackage } from '../contents/index.ts';
import type { ExecutionProfile } from '../profile/index.ts';
import type { Unresolved } from './need/closure.ts';
import { needsOf } from './need/need.ts';
import type { HardenOptions } from './need/options.ts';
import type { Reason } from './need/reason.ts';
import { keepMetadata } from './packages/metadata.ts';
import type { Picture } from './picture.ts';

/** What stays of an image, and why. */
export interface Plan {
  /** By path; what is not in it goes. */
  readonly reasons: ReadonlyMap<string, Reason>;
  /** Databases of packages, as they are to be written. */
  readonly rewritten: ReadonlyMap<string, Uint8Array>;
  readonly kept: readonly FoundPackage[];
  readonly removed: readonly FoundPackage[];
  /** What could not be followed: the tests on the result have the last word. */
  readonly unresolved: readonly Unresolved[];
  /** Paths that only a pattern of the profile allows, and that need what it does not: they went; by pattern. */
  readonly useless: ReadonlyMap<string, string>;
  /** What the recipe names and the image does not have. */
  readonly absent: readonly string[];
}

/** What the profile needs, with all that this needs in turn. Pure: the same image and profile give the same plan. */
export function planOf(picture: Picture, profile: ExecutionProfile, options: HardenOptions): Plan {
  const { needed, unresolved, useless, translations, absent } = needsOf(picture, profile, options);
  const { stay, go, rewritten } = keepMetadata(picture, needed, translations);
  return {
    reasons: needed.reasons,
    rewritten,
    kept: stay.map(({ found }) => found),
    removed: go.map(({ found }) => found),
    unresolved,
    useless,
    absent,
  };
}
