import type { Amendment } from '../amendment/line.ts';
import type { Observation } from '../observation.ts';
import type { DriftCode } from './drift-codes.ts';

/** Something outside the profile. */
export interface Drift {
  readonly code: DriftCode;
  readonly observation: Observation;
  /** One sentence: what was seen, and what is allowed instead. */
  readonly why: string;
  /** The entry that comes nearest, as `profile show` writes it; undefined = there is none of its kind. */
  readonly nearest: string | undefined;
  /** What would allow just this; undefined = nothing can, its bytes being unknown or its path being none. */
  readonly amendment: Amendment | undefined;
}
