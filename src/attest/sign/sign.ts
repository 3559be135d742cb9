import { X509Certificate } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { hintOf } from '../keys/public-key.ts';
import type { Signer } from '../keys/signer.ts';
import type { Statement } from '../model.ts';
import { bundleBytes, type Unsigned, unsignedMessage, unsignedStatement } from './bundle.ts';
import type { SigningServices } from './services.ts';
import { serviceFailed, until, witness } from './witness.ts';

/** Who signs: a key, or whoever a token says, with a certificate made for this one signature. */
export type SigningParty =
  | { readonly kind: 'key'; readonly signer: Signer; readonly services?: SigningServices }
  | { readonly kind: 'keyless'; readonly token: string; readonly services: SigningServices };

const none: SigningServices = { logs: [], timestampAuthorities: [] };

async function signKeyless(
  unsigned: Unsigned,
  { token, services }: SigningParty & { readonly kind: 'keyless' },
  signal: AbortSignal,
): Promise<Buffer> {
  const { fulcio } = services;
  if (fulcio === undefined) throw new HoldfastError('signing-failed', 'no certificate authority (Fulcio) was named');
  if (services.logs.length + services.timestampAuthorities.length === 0) {
    throw new HoldfastError(
      'signing-failed',
      'a certificate of minutes needs a log or a timestamp authority beside it',
    );
  }
  const { FulcioSigner } = await import('@sigstore/sign');
  const signer = new FulcioSigner({
    fulcioBaseURL: fulcio,
    identityProvider: { getToken: async () => token },
    timeout: 20_000,
    retry: { retries: 2 },
  });
  const { signature, key } = await until(signer.sign(unsigned.toSign), signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw serviceFailed(fulcio, cause);
  });
  if (key.$case !== 'x509Certificate')
    throw new HoldfastError('signing-failed', 'it gave no certificate', { place: fulcio });
  const { raw, publicKey } = new X509Certificate(key.certificate);
  const material = { certificate: { rawBytes: raw.toString('base64') } };
  const seen = await witness(unsigned, signature, key.certificate, services, signal);
  return bundleBytes(unsigned, signature, { key: publicKey, material }, seen);
}

async function signWithKey(
  unsigned: Unsigned,
  { signer, services = none }: SigningParty & { readonly kind: 'key' },
  signal: AbortSignal,
): Promise<Buffer> {
  const signature = await signer.sign(unsigned.toSign, signal);
  const pem = signer.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const seen = await witness(unsigned, signature, pem, services, signal);
  const material = { publicKey: { hint: hintOf(signer.publicKey) } };
  return bundleBytes(unsigned, signature, { key: signer.publicKey, material }, seen);
}

async function sign(unsigned: Unsigned, party: SigningParty, signal: AbortSignal): Promise<Buffer> {
  return party.kind === 'key' ? signWithKey(unsigned, party, signal) : signKeyless(unsigned, party, signal);
}

/**
 * Signs a statement: the bytes of a Sigstore bundle of version 0.3.
 * @throws HoldfastError `signing-failed`, `signer-failed`, `statement-malformed`
 */
export async function signStatement(statement: Statement, party: SigningParty, signal: AbortSignal): Promise<Buffer> {
  return sign(unsignedStatement(statement), party, signal);
}

/** Signs a file's bytes: a bundle with a message signature. @throws as `signStatement` */
export async function signMessage(bytes: Buffer, party: SigningParty, signal: AbortSignal): Promise<Buffer> {
  return sign(unsignedMessage(bytes), party, signal);
}
