import type { KeyId, TrustedKey } from '../../attest/index.ts';

/** When signatures by a key count, in Unix milliseconds, ends included. */
export interface Window {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** An identity as the policy asks for it. */
export interface IdentityRule {
  readonly issuer: string;
  /** Whether a subject is meant: exactly, or by an RE2 expression over the whole of it. */
  readonly isSubject: (identity: string) => boolean;
  readonly claims: Readonly<Record<string, string>>;
}

/** Whose signatures count, ready to be asked. */
export interface Authority {
  readonly name: string;
  readonly keys: ReadonlyMap<KeyId, readonly Window[]>;
  readonly trusted: readonly TrustedKey[];
  readonly identities: readonly IdentityRule[];
  readonly logs: number | undefined;
  readonly timestamps: number;
}
