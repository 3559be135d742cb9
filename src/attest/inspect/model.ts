import type { Digest } from '../../oci/index.ts';

/** Who a bundle says signed it. Its own word, until `verified` says yes. */
export type ClaimedSigner =
  | { readonly kind: 'key' /** base64 of the key's sha256, where the bundle gives it. */; readonly hint?: string }
  | { readonly kind: 'certificate'; readonly issuer: string; readonly identity: string };

/** Whether a signature holds under the trust that was given: with none given, nobody looked. */
export type Checked =
  | { readonly verified: 'yes' }
  | { readonly verified: 'no'; readonly code: string; readonly message: string }
  | { readonly verified: 'not-asked' };

/** One thing attached, as it describes itself. */
export type InspectedEvidence = Checked & {
  /** sha256 of the stored bytes. */
  readonly evidence: Digest;
  readonly size: number;
  readonly predicateType?: string;
  readonly signer?: ClaimedSigner;
  /** How many logs and timestamps stand beside the signature. */
  readonly logs: number;
  readonly timestamps: number;
  /** What it says, in a few words. */
  readonly says: string;
};

/** A manifest and all that is attached to it. */
export interface InspectedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly as: 'image' | 'part' | 'referrer' | 'tag';
  /** Of a platform's image. */
  readonly platform?: string;
  readonly tag?: string;
  readonly artifactType?: string;
  /** Layers of a referrer or an older tag that can be evidence. */
  readonly evidence: readonly InspectedEvidence[];
  readonly attached: readonly InspectedManifest[];
}

export interface Inspected {
  readonly root: Digest;
  /** The image, then its parts. */
  readonly manifests: readonly InspectedManifest[];
  /** Listed as attached, and not there. */
  readonly dangling: readonly Digest[];
}
