import { randomBytes, scrypt } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { decodeBase64 } from '../format/base64.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';

/** PEM labels of cosign's encrypted keys, the newer first; both hold the same. */
export const cosignLabels = ['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'] as const;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

// What go-securesystemslib writes today: OWASP's cost for scrypt.
const written: Cost = { N: 65_536, r: 8, p: 1 };
const code = 'key-malformed';

async function derive(passphrase: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(passphrase, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

function bounded(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most ? value : undefined;
}

function wrongPassphrase(place: string): HoldfastError {
  return new HoldfastError('key-passphrase', 'the passphrase does not open this key', { place });
}

/**
 * Opens cosign's encrypted key (go-securesystemslib/encrypted: scrypt, then NaCl secretbox).
 * @param json what the PEM block holds
 * @returns PKCS #8, DER
 * @throws HoldfastError `key-malformed`, `key-passphrase`
 */
export async function openCosignKey(json: Uint8Array, passphrase: string, place: string): Promise<Buffer> {
  const fields = fieldsOf(parseStrictJson(json, code, place), code, place);
  const kdf = fields.object('kdf');
  const cipher = fields.object('cipher');
  if (kdf.text('name') !== 'scrypt' || cipher.text('name') !== 'nacl/secretbox') {
    throw fields.refuse('not scrypt with nacl/secretbox');
  }
  const params = kdf.object('params');
  const N = bounded(params.value('N'), 1 << 20);
  const r = bounded(params.value('r'), 16);
  const p = bounded(params.value('p'), 16);
  if (N === undefined || r === undefined || p === undefined || (N & (N - 1)) !== 0) {
    throw params.refuse('not a cost of scrypt within bounds');
  }
  const nonce = cipher.bytes('nonce', 24);
  if (nonce.length !== 24) throw cipher.refuse('nonce is not 24 bytes');
  const ciphertext = fields.bytes('ciphertext', 64 << 10);
  const key = await derive(passphrase, kdf.bytes('salt', 1024), { N, r, p });
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  try {
    return Buffer.from(xsalsa20poly1305(key, nonce).decrypt(ciphertext));
  } catch {
    throw wrongPassphrase(place);
  } finally {
    key.fill(0);
  }
}

/** The same, the other way: a PEM file that cosign opens with the passphrase. */
export async function sealCosignKey(pkcs8: Uint8Array, passphrase: string): Promise<string> {
  const salt = randomBytes(32);
  const nonce = randomBytes(24);
  const key = await derive(passphrase, salt, written);
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  const ciphertext = xsalsa20poly1305(key, nonce).encrypt(pkcs8);
  key.fill(0);
  const json = JSON.stringify({
    kdf: { name: 'scrypt', params: written, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  });
  return pem(cosignLabels[0], Buffer.from(json));
}

export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** What stands in the only PEM block of this label; undefined where there is none or several. */
export function unpem(label: string, text: string): Buffer | undefined {
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g');
  const blocks = [...text.matchAll(pattern)];
  const body = blocks.length === 1 ? blocks[0]?.[1] : undefined;
  return body === undefined ? undefined : decodeBase64(body.replaceAll(/\s/g, ''));
}
