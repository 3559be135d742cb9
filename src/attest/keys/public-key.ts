import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';
import type { KeyId } from '../model.ts';
import { algorithmOf } from '../verify/signature.ts';
import type { TrustedKey } from '../verify/trust.ts';

export function keyIdOf(key: KeyObject): KeyId {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex') as KeyId;
}

/** What bundles carry to name the key: base64 of the sha256 of its SPKI, as cosign writes it. */
export function hintOf(key: KeyObject): string {
  return Buffer.from(keyIdOf(key), 'hex').toString('base64');
}

/**
 * Reads one public key as SPKI PEM (`PUBLIC KEY`): P-256, P-384, P-521, RSA from 2048 bits, Ed25519.
 * A private key is refused, although a public one could be made of it: it has no business where this is read.
 * @throws HoldfastError `key-malformed`, `key-unsupported`
 */
export function parsePublicKey(pem: string, place: string): TrustedKey {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]+-----/g) ?? [];
  if (pem.length > attestLimits.keyBytes || blocks.length !== 1 || blocks[0] !== '-----BEGIN PUBLIC KEY-----') {
    throw new HoldfastError('key-malformed', 'not one PEM block `PUBLIC KEY`', { place });
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: 'pem' });
  } catch (cause) {
    throw new HoldfastError('key-malformed', 'not a public key as SPKI', { place, cause });
  }
  algorithmOf(key, place);
  return { id: keyIdOf(key), key };
}
