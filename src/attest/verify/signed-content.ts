import { createHash, type KeyObject } from 'node:crypto';
import type { Bundle, Envelope, HashName } from '../format/bundle.ts';
import { preAuthEncoding } from '../format/pae.ts';
import { type Signed, signedBytes } from './signature.ts';

/** What a bundle's one signature signs, with what, in the terms that log entries compare. */
export interface SignedContent {
  readonly signed: Signed;
  readonly signature: Buffer;
  readonly envelope?: Envelope;
  /** The hash that the bundle names, if it names one. */
  readonly hash?: HashName;
  /** The certificate, or undefined where a key was known beforehand. */
  readonly certificate?: Buffer;
  readonly key: KeyObject;
}

export function spkiOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** An envelope's signature signs its own payload; a message signature signs the artifact. */
export function signedBy(content: Bundle['content'], artifact: Signed): Signed {
  return content.kind === 'message' ? artifact : signedBytes(preAuthEncoding(content.payloadType, content.payload));
}
