import type { Box } from './box.ts';

/**
 * `loud`: a new binary, file or host; every one has to be told. `quiet`: living off the land, with nothing but programs,
 * libraries, files and peers that the profile has; how many of them are told is reported as it is.
 */
export type AttackKind = 'loud' | 'quiet';

export interface Attack {
  readonly name: string;
  readonly kind: AttackKind;
  readonly act: (box: Box) => Promise<unknown>;
  /** Of an alert about it: `code subject arguments`. */
  readonly told: RegExp;
  /** Paths of the process that the alert has to name, and of its parents: one of them matches. */
  readonly by: RegExp;
  /** Why nothing tells of it. */
  readonly missed?: string;
}

/** A real service: how it is built, exercised (its recipe), used in ways that were not recorded, and attacked. */
export interface Service {
  readonly name: string;
  /** An OCI layout with the image `latest`, in `scratch`. */
  readonly image: (scratch: string) => Promise<string>;
  /** What of the fixtures is made anew each time, such as certificates. `directory`: a copy of the recipe's. */
  readonly prepare?: (directory: string) => void;
  /** Of the varied container, beside the recipe's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly variation: (box: Box) => Promise<void>;
  readonly attacks: readonly Attack[];
}
