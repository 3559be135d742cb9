import type { Digest } from '../../oci/index.ts';
import type { GivenException } from '../../profile/index.ts';

/** The execution profile among an image's evidence, as the policies let it be used. */
export type ProfileEvidence =
  | { readonly state: 'none' }
  /** There is one, and it is not to be used: unsigned, by somebody else, foreign, oversized, contradictory. */
  | { readonly state: 'refused'; readonly evidence: Digest; readonly code: string; readonly reason: string }
  | {
      readonly state: 'given';
      readonly evidence: Digest;
      /** Of the profile's canonical bytes. */
      readonly digest: Digest;
      /** The profile itself, JSON. */
      readonly document: unknown;
    };

/** A signed exception that every policy about the image takes. */
export interface ExceptionEvidence {
  readonly evidence: Digest;
  readonly document: GivenException;
}

/** A signed file manifest among an image's evidence. */
export interface FilesEvidence {
  readonly evidence: Digest;
  /** `filesDigest` of src/contents. */
  readonly digest: string;
}

/** What of an image's evidence is used as long as it runs. */
export interface ImageEvidence {
  readonly manifest: Digest;
  readonly profile: ProfileEvidence;
  readonly exceptions: readonly ExceptionEvidence[];
  /** One that names what this host reads is enough, whatever another says. */
  readonly files: readonly FilesEvidence[];
}
