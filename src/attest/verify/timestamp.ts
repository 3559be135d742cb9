import { createHash } from 'node:crypto';
import type { RFC3161Timestamp } from '@sigstore/core';
import { HoldfastError } from '../../errors/index.ts';
import type { TrustedAuthority, TrustedRoot } from '../format/trusted-root.ts';
import { chainOf, pathTo } from './chain.ts';
import { sigstoreCore } from './libraries.ts';
import { type Certificate, purposesOf, timeStamping } from './x509.ts';

/** A time that a trusted authority signed over the signature. */
export interface VerifiedTime {
  /** sha256 of the authority's certificate, hex. */
  readonly authority: string;
  /** Milliseconds since 1970, the fraction of a second dropped. */
  readonly time: number;
}

function refuse(message: string): HoldfastError {
  return new HoldfastError('timestamp-invalid', message, { place: 'timestamp' });
}

const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{1,9})?Z$/;

/** genTime of the TSTInfo (RFC 3161, section 2.4.2), whose fraction of a second may have any number of digits. */
function timeIn(token: RFC3161Timestamp): number {
  const value = token.tstInfo.root.subs[4]?.value.toString('latin1') ?? '';
  const time = Date.parse(value.replace(generalizedTime, '$1-$2-$3T$4:$5:$6Z'));
  if (!generalizedTime.test(value) || Number.isNaN(time)) throw refuse('its time can not be read');
  return time;
}

/** Whether this certificate is the one the token says it was signed with. */
function named(token: RFC3161Timestamp, signer: Certificate): boolean {
  return token.signerIssuer.equals(signer.parsed.issuer) && token.signerSerialNumber.equals(signer.parsed.serialNumber);
}

/** RFC 3161, section 2.3: time-stamping and nothing else; and the chain up to the root, at the time that the token tells. */
function authorised(authority: TrustedAuthority, signer: Certificate, time: number): boolean {
  const purposes = purposesOf(signer);
  return (
    purposes?.length === 1 &&
    purposes[0] === timeStamping &&
    pathTo(authority, signer, time, timeStamping) !== undefined
  );
}

function verifyTimestamp(der: Buffer, signature: Buffer, root: TrustedRoot): VerifiedTime {
  let token: RFC3161Timestamp;
  let time: number;
  try {
    token = sigstoreCore().RFC3161Timestamp.parse(Buffer.from(der));
    // granted(0) or grantedWithMods(1)
    if (token.status !== 0n && token.status !== 1n) throw refuse('the authority did not grant the timestamp');
    time = timeIn(token);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw refuse(`not a timestamp response: ${(cause as Error).message}`);
  }
  let fault = 'no trusted timestamp authority signed it';
  // The validity that counts is that of the authority whose key signed, never a neighbour's.
  for (const authority of root.timestampAuthorities) {
    const signer = chainOf(authority)[0];
    if (signer === undefined) continue;
    try {
      if (!named(token, signer)) continue;
      token.verify(signature, signer.key);
    } catch (cause) {
      fault = (cause as Error).message;
      continue;
    }
    if (authorised(authority, signer, time)) {
      return { authority: createHash('sha256').update(signer.openssl.raw).digest('hex'), time };
    }
    fault = 'its time is outside the validity of the authority that signed it';
  }
  throw refuse(fault);
}

/**
 * Every timestamp of a bundle, over the bytes of its signature; one that does not hold, or stands twice, refuses all.
 * @throws HoldfastError `timestamp-invalid`
 */
export function verifyTimestamps(
  timestamps: readonly Buffer[],
  signature: Buffer,
  root: TrustedRoot,
): readonly VerifiedTime[] {
  if (new Set(timestamps.map((der) => der.toString('base64'))).size !== timestamps.length) {
    throw refuse('one timestamp stands twice');
  }
  return timestamps.map((der) => verifyTimestamp(der, signature, root));
}
