import type { Digest } from '../oci/index.ts';

/** Any JSON value, as a predicate holds it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** in-toto ResourceDescriptor as a subject (in-toto attestation, spec v1, "Statement"). `digest` maps algorithm to lower-case hex. */
export interface Subject {
  readonly name?: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, Json>>;
}

/** An in-toto Statement, v1 or v0.1. Whether anyone signed it is another matter: see `VerifiedAttestation`. */
export interface Statement {
  readonly type: 'https://in-toto.io/Statement/v1' | 'https://in-toto.io/Statement/v0.1';
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Json;
}

declare const keyIdBrand: unique symbol;
/** Lower-case hex sha256 of a public key's SPKI DER. */
export type KeyId = string & { readonly [keyIdBrand]: true };

/** Who signed, as proven by cryptography; whether they are trusted is for the policy. */
export type Party =
  | { readonly kind: 'key'; readonly key: KeyId }
  | {
      readonly kind: 'certificate';
      /** OIDC issuer (Fulcio OID 1.3.6.1.4.1.57264.1.8, else .1.1). */
      readonly issuer: string;
      /** The one subject alternative name. */
      readonly identity: string;
      readonly identityType: 'email' | 'uri' | 'other';
      /** Fulcio's other claims by their names in fulcio/docs/oid-info.md, as `sourceRepositoryURI`. */
      readonly claims: Readonly<Record<string, string>>;
    };

/** One transparency log's promise or proof about this very signature. `log` is the log's key id, hex. */
export interface LoggedAt {
  readonly log: string;
  readonly index: string;
  /** RFC 3339. Absent where the log gives no trusted time (Rekor v2). */
  readonly time?: string;
}

/** One timestamp authority's signed time over this very signature. `authority` is its certificate's sha256, hex. */
export interface StampedAt {
  readonly authority: string;
  readonly time: string;
}

/** What one signature proves. Distinct logs, authorities and parties are counted by the policy, never entries. */
export interface VerifiedSignature {
  readonly party: Party;
  readonly logs: readonly LoggedAt[];
  readonly timestamps: readonly StampedAt[];
  /**
   * sha256 of the trusted root, hex, under which certificate, logs and timestamps hold. Absent where only a key was asked.
   * An authority that names a root must find that one here.
   */
  readonly root?: string;
}

/** How a signed thing is attached to an image. */
export type Carrier = 'referrer' | 'cosign-signature-tag' | 'cosign-attestation-tag';

/** A statement with a signature that holds. Its subject has been found to be the image's digest. */
export interface VerifiedAttestation {
  readonly kind: 'attestation';
  /** sha256 of the stored bytes (bundle or envelope): what a decision cites. */
  readonly evidence: Digest;
  readonly carrier: Carrier;
  /** The manifest it is attached to. */
  readonly subject: Digest;
  readonly statement: Statement;
  readonly signatures: readonly VerifiedSignature[];
}

/** An image signature: cosign's sign/v1 statement, or the older simple signing payload. */
export interface VerifiedImageSignature {
  readonly kind: 'signature';
  readonly evidence: Digest;
  readonly carrier: Carrier;
  readonly subject: Digest;
  /** `-a key=value` of the signer. */
  readonly annotations: Readonly<Record<string, Json>>;
  /** The reference that was signed, where the format holds one (simple signing's docker-reference). */
  readonly reference?: string;
  readonly signatures: readonly VerifiedSignature[];
}

/** Something attached that does not verify, with the code that says why. It never counts, and it is never hidden. */
export interface RefusedEvidence {
  readonly kind: 'refused';
  readonly evidence: Digest;
  readonly carrier: Carrier;
  readonly subject: Digest;
  readonly code: string;
  readonly message: string;
  /** The predicate type that it says it has. Nobody vouches for that: it tells people what was refused. */
  readonly claims?: string;
}

export type Evidence = VerifiedAttestation | VerifiedImageSignature | RefusedEvidence;
