import { type KeyObject, X509Certificate } from 'node:crypto';
import type { ASN1Obj, X509Certificate as ParsedCertificate } from '@sigstore/core';
import { type Code, HoldfastError } from '../../errors/index.ts';
import { sigstoreCore } from './libraries.ts';

/** A certificate in two readings: OpenSSL's for trust, a parsed tree for what it does not show. */
export interface Certificate {
  readonly openssl: X509Certificate;
  readonly parsed: ParsedCertificate;
  readonly key: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
}

// What is looked at here or by OpenSSL when it checks an issuer. Anything else that is critical is not understood.
const understood = new Set([
  '2.5.29.14', // subject key identifier
  '2.5.29.15', // key usage
  '2.5.29.17', // subject alternative name
  '2.5.29.19', // basic constraints
  '2.5.29.35', // authority key identifier
  '2.5.29.37', // extended key usage
  '1.3.6.1.4.1.11129.2.4.2', // signed certificate timestamps
]);

export const codeSigning = '1.3.6.1.5.5.7.3.3';
export const timeStamping = '1.3.6.1.5.5.7.3.8';

function oidOf(extension: ASN1Obj): string {
  return extension.subs[0]?.toOID() ?? '';
}

/** @throws HoldfastError with `code` where it is no X.509 v3 certificate or holds what we must not ignore */
export function readCertificate(der: Uint8Array, code: Code, place: string): Certificate {
  try {
    const openssl = new X509Certificate(der);
    const parsed = sigstoreCore().X509Certificate.parse(Buffer.from(der));
    const seen = new Set<string>();
    for (const extension of parsed.extensions) {
      const oid = oidOf(extension);
      if (seen.has(oid)) throw new Error(`extension ${oid} stands twice`);
      seen.add(oid);
      const critical = extension.subs.length === 3 && extension.subs[1]?.toBoolean() === true;
      if (critical && !understood.has(oid)) throw new Error(`critical extension ${oid} is not understood`);
    }
    if (!openssl.raw.equals(der)) throw new Error('bytes after its end');
    return {
      openssl,
      parsed,
      key: openssl.publicKey,
      notBefore: openssl.validFromDate.getTime(),
      notAfter: openssl.validToDate.getTime(),
    };
  } catch (cause) {
    throw new HoldfastError(code, `not a certificate we can read: ${(cause as Error).message}`, { place, cause });
  }
}

/** Extended key usages, as OIDs; undefined where the certificate names none. */
export function purposesOf(certificate: Certificate): readonly string[] | undefined {
  const usages = certificate.openssl.keyUsage as readonly string[] | undefined;
  return usages === undefined || usages.length === 0 ? undefined : usages;
}

export function validAt(certificate: Certificate, time: number): boolean {
  return certificate.notBefore <= time && time <= certificate.notAfter;
}
