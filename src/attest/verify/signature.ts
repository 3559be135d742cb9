import { createHash, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import type { HashName } from '../format/bundle.ts';
import { nistCurves } from './libraries.ts';

/** What was signed: the bytes, or only their digests where no more is known. */
export interface Signed {
  readonly bytes?: Uint8Array;
  /** Undefined where this digest is not known. */
  digest(algorithm: HashName): Buffer | undefined;
}

export function signedBytes(bytes: Uint8Array): Signed {
  const known = new Map<HashName, Buffer>();
  return {
    bytes,
    digest(algorithm) {
      const digest = known.get(algorithm) ?? createHash(algorithm).update(bytes).digest();
      known.set(algorithm, digest);
      return digest;
    },
  };
}

export function signedDigest(algorithm: HashName, digest: Buffer): Signed {
  return { digest: (asked) => (asked === algorithm ? digest : undefined) };
}

export type Algorithm =
  | { readonly kind: 'ecdsa'; readonly curve: 'P-256' | 'P-384' | 'P-521'; readonly hashes: readonly HashName[] }
  | { readonly kind: 'rsa'; readonly hashes: readonly HashName[] }
  | { readonly kind: 'ed25519' };

const curves: Readonly<Record<string, Algorithm>> = {
  prime256v1: { kind: 'ecdsa', curve: 'P-256', hashes: ['sha256'] },
  // Sigstore's registry pairs each curve with its own hash; cosign has long signed with sha256 whatever the curve.
  secp384r1: { kind: 'ecdsa', curve: 'P-384', hashes: ['sha384', 'sha256'] },
  secp521r1: { kind: 'ecdsa', curve: 'P-521', hashes: ['sha512', 'sha256'] },
};

/** How this key signs. @throws HoldfastError `key-unsupported` */
export function algorithmOf(key: KeyObject, place?: string): Algorithm {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === 'ec' && namedCurve !== undefined && Object.hasOwn(curves, namedCurve)) {
    return curves[namedCurve] as Algorithm;
  }
  if (kind === 'ed25519') return { kind };
  if (kind === 'rsa' && modulusLength !== undefined && modulusLength >= 2048) return { kind, hashes: ['sha256'] };
  throw new HoldfastError(
    'key-unsupported',
    `a ${kind ?? 'unknown'} key ${namedCurve ?? modulusLength ?? ''} is none that signatures are taken from`,
    place === undefined ? {} : { place },
  );
}

// DigestInfo of PKCS #1 v1.5 up to the digest itself (RFC 8017, section 9.2, note 1).
const digestInfo: Readonly<Record<HashName, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

const nist = { 'P-256': 'p256', 'P-384': 'p384', 'P-521': 'p521' } as const;

/** The uncompressed point at the end of the SPKI. */
function pointOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

/** Node signs and verifies messages only; of a signature over a digest we know just the digest. */
function verifyDigest(
  key: KeyObject,
  algorithm: Algorithm,
  hash: HashName,
  digest: Buffer,
  signature: Buffer,
): boolean {
  switch (algorithm.kind) {
    case 'ecdsa': {
      const options = { prehash: false, lowS: false, format: 'der' } as const;
      return nistCurves()[nist[algorithm.curve]].verify(signature, digest, pointOf(key), options);
    }
    case 'rsa': {
      const recovered = publicDecrypt({ key }, signature);
      return recovered.equals(Buffer.concat([digestInfo[hash], digest]));
    }
    case 'ed25519':
      throw new HoldfastError('signature-invalid', 'an Ed25519 signature is checked over the file, not over a digest');
  }
}

/**
 * Whether `signature` is one of `signed` by `key`. `hash` narrows what the key's algorithm allows to one.
 * @throws HoldfastError `key-unsupported`, `signature-invalid` where the algorithm can't be checked with what is known
 */
export function verifySignature(key: KeyObject, signed: Signed, signature: Buffer, hash?: HashName): boolean {
  const algorithm = algorithmOf(key);
  const { bytes } = signed;
  const tries: readonly HashName[] =
    algorithm.kind === 'ed25519' ? ['sha512'] : hash === undefined ? algorithm.hashes : [hash];
  return tries.some((name) => {
    try {
      if (bytes !== undefined) return verify(algorithm.kind === 'ed25519' ? null : name, bytes, key, signature);
      const digest = signed.digest(name);
      if (digest === undefined && algorithm.kind !== 'ed25519') return false;
      return verifyDigest(key, algorithm, name, digest ?? Buffer.alloc(0), signature);
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      return false;
    }
  });
}
