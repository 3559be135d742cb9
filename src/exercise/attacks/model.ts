/**
 * Attacks are data: what is done in a container, step by step, and what of it has to be told. In commands and paths `{name}`
 * is a program of the image by that name; `{service}` is the program of the profile that is the container's first process.
 */
export interface Attack {
  readonly id: string;
  /** `loud`: brings its own program, library, script or peer. `off-the-land`: only what the image holds. */
  readonly kind: 'loud' | 'off-the-land';
  readonly does: string;
  /** The first that this image can host is taken; where it can host none, the attack is not applicable. */
  readonly ways: readonly (readonly Step[])[];
  readonly told: Told;
}

export type Step =
  /** A file is put there from outside, in place of what is there. */
  | { readonly do: 'drop'; readonly path: string; readonly bytes: 'tool' | 'library' }
  | { readonly do: 'drop'; readonly path: string; readonly bytes: 'text'; readonly text: string }
  /** `as`: whom it runs as; without it, as the container does. */
  | { readonly do: 'exec'; readonly command: readonly string[]; readonly as?: 'root' | 'other' }
  /** A host that answers on one port. */
  | { readonly do: 'peer'; readonly port: number };

/** What one finding or drift has to name. */
export type Told =
  /** A program that ran, by path. */
  | { readonly what: 'program'; readonly path: string }
  /** A program that ran, by an argument that holds this text. */
  | { readonly what: 'arguments'; readonly text: string }
  /** A file that was used, by path; `orGiven`: or a program that was given the path. */
  | { readonly what: 'file'; readonly path: string; readonly orGiven?: true }
  /** A connection to the peer. */
  | { readonly what: 'peer'; readonly port: number }
  /** A port that is listened on. */
  | { readonly what: 'port'; readonly port: number };

/** Address of the peer: of a documentation range (RFC 5737), in the container's own network. */
export const peerAddress = '203.0.113.7';

export const otherUser = '4242';
