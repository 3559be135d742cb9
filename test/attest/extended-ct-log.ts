import { createHash, type KeyObject, sign } from 'node:crypto';
import { X509Certificate } from '@sigstore/core';

interface CertificateLog {
  readonly publicKey: Buffer<ArrayBuffer>;
  readonly logID: Buffer<ArrayBuffer>;
  log(certificate: ArrayBuffer, issuerId: ArrayBuffer): Promise<ArrayBuffer>;
}

function unsigned(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/**
 * A certificate log whose timestamps carry extensions, as static-ct logs do for the leaf's index (RFC 6962, section 3.2;
 * C2SP static-ct-api, "SCT Extension").
 * @param lie signs other extensions than it shows
 */
export function extendedCertificateLog(
  publicKey: KeyObject,
  privateKey: KeyObject,
  options: { readonly lie?: boolean } = {},
): CertificateLog {
  const spki = Buffer.from(publicKey.export({ format: 'der', type: 'spki' }));
  const id = Buffer.from(createHash('sha256').update(spki).digest());
  const extensions = Buffer.from('0000050000000007', 'hex');
  return {
    publicKey: spki,
    logID: id,
    async log(certificate, issuerId) {
      const tbs = X509Certificate.parse(Buffer.from(certificate)).tbsCertificate.toDER();
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(Date.now()));
      const signed = options.lie === true ? Buffer.alloc(8, 9) : extensions;
      const data = Buffer.concat([
        Buffer.from([0, 0]),
        time,
        unsigned(1, 2),
        Buffer.from(issuerId),
        unsigned(tbs.length, 3),
        tbs,
        unsigned(signed.length, 2),
        signed,
      ]);
      const signature = sign('sha256', data, privateKey);
      const sct = Buffer.concat([
        Buffer.from([0]),
        id,
        time,
        unsigned(extensions.length, 2),
        extensions,
        Buffer.from([4, 3]),
        unsigned(signature.length, 2),
        signature,
      ]);
      // As it stands in the certificate's list: with its length before it.
      return new Uint8Array(Buffer.concat([unsigned(sct.length, 2), sct])).buffer;
    },
  };
}
