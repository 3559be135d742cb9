import type { VerifiedSignature } from '../attest/index.ts';
import type { Digest } from '../oci/index.ts';
import type { CheckCode, CheckStatus, ExceptionCode } from './checks.ts';
import type { ImageName } from './images/name.ts';
import type { ImageException } from './schema/image-exception.ts';
import type { exceptionKinds } from './schema/trust-policy.ts';
import type { KnownExploited, VulnerabilitySource } from './vulnerabilities/model.ts';

/** What is decided about: one platform manifest under one name. */
export interface ImageUnderTest {
  /** Without one (an image in a directory) only policies for `**` are about it. */
  readonly name?: ImageName;
  readonly manifest: Digest;
  /** The index it was reached by, with the digests that the index, read and verified, lists. */
  readonly index?: { readonly digest: Digest; readonly manifests: readonly Digest[] };
  readonly config?: Digest;
  /** The config's `created`, RFC 3339. */
  readonly created?: string;
}

/** An ImageException whose signatures hold. Whether the signers may grant it is for the policy. */
export interface VerifiedException {
  readonly evidence: Digest;
  readonly document: ImageException;
  readonly signatures: readonly VerifiedSignature[];
}

/** An image of a name that was admitted before, and when it was released (`Decision.release`). */
export interface SeenImage {
  readonly name: ImageName;
  readonly manifest: Digest;
  readonly released: string;
}

export interface DecisionContext {
  /** RFC 3339 UTC. */
  readonly now: string;
  /** Exceptions beside those in the evidence. */
  readonly exceptions?: readonly VerifiedException[];
  /** The live matcher, or any other that is not an attestation. */
  readonly vulnerabilities?: VulnerabilitySource;
  readonly exploited?: KnownExploited;
  /** Undefined: nothing is remembered here. Empty: nothing was seen yet. */
  readonly seen?: readonly SeenImage[];
}

export interface Check {
  /** Absent where no policy is about the image. */
  readonly policy?: string;
  /** What was asked: `signature`, `sbom`, `attestation NAME`, … */
  readonly check: string;
  readonly status: CheckStatus;
  readonly code: CheckCode;
  readonly reason: string;
  /** The evidence the status rests on, sorted. */
  readonly evidence: readonly Digest[];
  /** The exceptions that let it pass, sorted. */
  readonly exceptions: readonly Digest[];
}

export interface UsedException {
  readonly policy: string;
  readonly evidence: Digest;
  readonly name: string;
  /** `none`: its scope does not have exactly one kind, so it is not taken. */
  readonly kind: (typeof exceptionKinds)[number] | 'none';
  readonly issuer: string;
  readonly expires: string;
  readonly code: ExceptionCode;
}

export interface JudgedBy {
  readonly name: string;
  readonly digest: Digest;
  readonly result: 'allow' | 'deny';
  readonly mode: 'enforce' | 'warn';
}

export interface Decision {
  /** sha256 of the canonical JSON of all else. */
  readonly id: Digest;
  readonly at: string;
  readonly image: { readonly name?: ImageName; readonly manifest: Digest; readonly index?: Digest };
  /** What the policies say: allow only if all that are about the image do. */
  readonly result: 'allow' | 'deny';
  /** `warn`: every policy that denies only warns, so the image may run all the same. */
  readonly mode: 'enforce' | 'warn';
  readonly policies: readonly JudgedBy[];
  readonly checks: readonly Check[];
  readonly exceptions: readonly UsedException[];
  /** Evidence that never counted, and why. */
  readonly refused: readonly { readonly evidence: Digest; readonly code: string; readonly message: string }[];
  /** When the image was released, as its trusted evidence says: to be remembered as seen once it is admitted. */
  readonly release?: string;
}

/** Whether the image may run: allowed, or denied by policies that only warn. */
export function isAdmitted(decision: Pick<Decision, 'result' | 'mode'>): boolean {
  return decision.result === 'allow' || decision.mode === 'warn';
}
