import { createHash, type KeyObject } from 'node:crypto';
import { bundleMediaType, type HashName } from '../format/bundle.ts';
import { preAuthEncoding } from '../format/pae.ts';
import type { Statement } from '../model.ts';
import { statementBytes } from '../statement/build.ts';
import { statementPayloadType } from '../statement/parse.ts';
import { algorithmOf } from '../verify/signature.ts';

/** What is to be signed: a statement in an envelope, or a file's bytes. */
export type Unsigned =
  | { readonly kind: 'dsse'; readonly payload: Buffer; readonly toSign: Buffer }
  | { readonly kind: 'message'; readonly toSign: Buffer };

const protoNames: Readonly<Record<HashName, string>> = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' };

/** The digest that a bundle carries beside a message signature: of the hash that the key signs with. */
export function messageDigest(bytes: Buffer, key: KeyObject): { readonly algorithm: string; readonly digest: string } {
  const algorithm = algorithmOf(key);
  const hash = algorithm.kind === 'ed25519' ? 'sha256' : (algorithm.hashes[0] ?? 'sha256');
  return { algorithm: protoNames[hash], digest: createHash(hash).update(bytes).digest('base64') };
}

export function unsignedStatement(statement: Statement): Unsigned {
  const payload = statementBytes(statement);
  return { kind: 'dsse', payload, toSign: preAuthEncoding(statementPayloadType, payload) };
}

export function unsignedMessage(bytes: Buffer): Unsigned {
  return { kind: 'message', toSign: bytes };
}

/** JSON of sigstore_rekor.proto's TransparencyLogEntry and of RFC 3161 responses, as the witnesses gave them. */
export interface Witnessing {
  readonly tlogEntries: readonly object[];
  /** base64 of DER. */
  readonly timestamps: readonly string[];
}

export interface VerificationKey {
  readonly key: KeyObject;
  readonly material:
    | { readonly publicKey: { readonly hint: string } }
    | { readonly certificate: { readonly rawBytes: string } };
}

/**
 * A bundle of version 0.3 as cosign takes it: no keyid in the envelope (cosign refuses one that is not its own), and no
 * empty lists.
 */
export function bundleBytes(unsigned: Unsigned, signature: Buffer, by: VerificationKey, seen: Witnessing): Buffer {
  const sig = signature.toString('base64');
  const content =
    unsigned.kind === 'dsse'
      ? {
          dsseEnvelope: {
            payload: unsigned.payload.toString('base64'),
            payloadType: statementPayloadType,
            signatures: [{ sig }],
          },
        }
      : {
          messageSignature: {
            messageDigest: messageDigest(unsigned.toSign, by.key),
            signature: sig,
          },
        };
  const { tlogEntries, timestamps } = seen;
  const verificationMaterial = {
    ...by.material,
    ...(tlogEntries.length === 0 ? {} : { tlogEntries }),
    ...(timestamps.length === 0
      ? {}
      : {
          timestampVerificationData: {
            rfc3161Timestamps: timestamps.map((signedTimestamp) => ({ signedTimestamp })),
          },
        }),
  };
  return Buffer.from(JSON.stringify({ mediaType: bundleMediaType, verificationMaterial, ...content }));
}
