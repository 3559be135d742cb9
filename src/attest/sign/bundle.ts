import { createHash } from 'node:crypto';
import { bundleMediaType } from '../format/bundle.ts';
import { preAuthEncoding } from '../format/pae.ts';
import type { Statement } from '../model.ts';
import { statementBytes } from '../statement/build.ts';
import { statementPayloadType } from '../statement/parse.ts';

/** What is to be signed: a statement in an envelope, or a file's bytes. */
export type Unsigned =
  | { readonly kind: 'dsse'; readonly payload: Buffer; readonly toSign: Buffer }
  | { readonly kind: 'message'; readonly toSign: Buffer };

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

export type VerificationKey =
  | { readonly publicKey: { readonly hint: string } }
  | { readonly certificate: { readonly rawBytes: string } };

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
            messageDigest: {
              algorithm: 'SHA2_256',
              digest: createHash('sha256').update(unsigned.toSign).digest('base64'),
            },
            signature: sig,
          },
        };
  const { tlogEntries, timestamps } = seen;
  const verificationMaterial = {
    ...by,
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
