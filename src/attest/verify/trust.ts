import type { KeyObject } from 'node:crypto';
import type { TrustedRoot } from '../format/trusted-root.ts';
import type { KeyId } from '../model.ts';

/** A key that someone decided to believe, for as long as they said. */
export interface TrustedKey {
  readonly id: KeyId;
  readonly key: KeyObject;
  /** Milliseconds since 1970. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** Whom to believe. Identities are matched afterwards: verification says who signed, not whether that is welcome. */
export interface Trust {
  readonly keys: readonly TrustedKey[];
  /** Tried one after the other; all of one signature must hold under one root. */
  readonly roots: readonly TrustedRoot[];
  /**
   * Distinct transparency logs that must hold the signature. Default 1 for a certificate, whose time nobody else vouches
   * for, and 0 for a key known beforehand.
   */
  readonly minimumLogs?: number;
  /**
   * Default `refuse`. With `claim-nothing`, a signature by a trusted key that is logged only where no root looks still
   * counts as a signature, without any log; entries of a log that a root knows must hold all the same.
   */
  readonly foreignLogs?: 'refuse' | 'claim-nothing';
}
