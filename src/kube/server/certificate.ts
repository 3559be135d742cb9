import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';

export interface CertificateFiles {
  /** PEM: the server's certificate, then its chain. */
  readonly certificate: string;
  readonly key: string;
  /** PEM: whose certificates clients have to show. */
  readonly clientAuthority?: string;
}

const mostBytes = 1 << 20;

/**
 * Reads and tries certificate and key: what comes back can be used.
 * @throws HoldfastError `tls-unusable`, `file-unreadable`
 */
export async function readCertificate(files: CertificateFiles): Promise<SecureContextOptions> {
  const [cert, key, ca] = await Promise.all([
    pem(files.certificate),
    pem(files.key),
    files.clientAuthority === undefined ? undefined : pem(files.clientAuthority),
  ]);
  const options: SecureContextOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2',
    // Without tickets every connection shows its certificates anew, under the certificates of now.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      throw new Error('the key is not the certificate’s');
    createSecureContext(options);
    return options;
  } catch (cause) {
    throw new HoldfastError('tls-unusable', (cause as Error).message, { place: files.certificate, cause });
  }
}

async function pem(file: string): Promise<Buffer> {
  try {
    return await readBounded(file, mostBytes);
  } catch (cause) {
    throw new HoldfastError('file-unreadable', (cause as Error).message, { place: file, cause });
  }
}
