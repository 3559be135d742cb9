import { type KeyObject, sign } from 'node:crypto';
import { algorithmOf } from '../verify/signature.ts';

/** Whatever signs with one key that others know beforehand: a file, a KMS, a token in a drawer. */
export interface Signer {
  readonly publicKey: KeyObject;
  /** ECDSA as DER, Ed25519 pure, RSA PKCS #1 v1.5; the hash is the first that the key's algorithm allows. */
  sign(data: Uint8Array, signal: AbortSignal): Promise<Buffer>;
}

/** Signs in this process. @throws HoldfastError `key-unsupported` */
export function localSigner(privateKey: KeyObject, publicKey: KeyObject): Signer {
  const algorithm = algorithmOf(publicKey);
  const hash = algorithm.kind === 'ed25519' ? null : (algorithm.hashes[0] ?? null);
  return { publicKey, sign: async (data) => sign(hash, data, privateKey) };
}
