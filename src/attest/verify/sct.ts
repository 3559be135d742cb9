import { createHash, verify } from 'node:crypto';
import type { X509SCTExtension } from '@sigstore/core';
import { HoldfastError } from '../../errors/index.ts';
import type { TrustedLog } from '../format/trusted-root.ts';
import { sigstoreCore } from './libraries.ts';
import type { Certificate } from './x509.ts';

function refuse(message: string): HoldfastError {
  return new HoldfastError('certificate-invalid', message, { place: 'certificate transparency' });
}

/** The certificate as the log saw it before the timestamp was put in (RFC 6962, section 3.2, PreCert). */
function preCertificate(leaf: Certificate, issuer: Certificate): Buffer {
  const clone = leaf.parsed.clone();
  const extensions = clone.extensions;
  const at = extensions.findIndex((extension) => extension.subs[0]?.toOID() === sigstoreCore().EXTENSION_OID_SCT);
  extensions.splice(at, 1);
  const tbs = clone.tbsCertificate.toDER();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(tbs.length);
  const issuerKey = issuer.key.export({ format: 'der', type: 'spki' });
  return Buffer.concat([createHash('sha256').update(issuerKey).digest(), length.subarray(1), tbs]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/**
 * Ids of the distinct certificate logs whose timestamps in `leaf` hold (RFC 6962, section 3.2). Timestamps of logs that
 * the root does not know count for nothing; one that a known log did not sign is a forgery.
 * `issuer` is the one found by verifying the chain.
 * @throws HoldfastError `certificate-invalid`
 */
export function certificateLogs(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly TrustedLog[],
): ReadonlySet<string> {
  const extension = leaf.parsed.extensions.find((found) => found.subs[0]?.toOID() === sigstoreCore().EXTENSION_OID_SCT);
  if (extension === undefined) return new Set();
  const timestamps = ((): X509SCTExtension['signedCertificateTimestamps'] => {
    try {
      return new (sigstoreCore().X509SCTExtension)(extension).signedCertificateTimestamps;
    } catch {
      throw refuse('the list of signed certificate timestamps can not be read');
    }
  })();
  const preCert = preCertificate(leaf, issuer);
  const found = new Set<string>();
  for (const sct of timestamps) {
    const time = sct.datetime.getTime();
    const log = logs.find(({ id, validity }) => id.equals(sct.logID) && validity.start <= time && time <= validity.end);
    if (log === undefined) continue;
    // digitally-signed struct: version, certificate_timestamp(0), time, precert_entry(1), entry, extensions
    const data = Buffer.concat([
      Buffer.from([sct.version, 0]),
      sct.timestamp,
      uint16(1),
      preCert,
      uint16(sct.extensions.length),
      sct.extensions,
    ]);
    const hash = log.key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const algorithm = { ec: 3, rsa: 1, ed25519: 7 }[log.key.asymmetricKeyType as string];
    if (sct.version !== 0 || (hash !== null && sct.hashAlgorithm !== 4) || sct.signatureAlgorithm !== algorithm) {
      throw refuse('a signed certificate timestamp of an unknown kind');
    }
    if (!verify(hash, data, log.key, sct.signature)) throw refuse('a signed certificate timestamp does not hold');
    found.add(log.id.toString('hex'));
  }
  return found;
}
