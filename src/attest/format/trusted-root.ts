import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { parseStrictJson } from './json.ts';

/** A closed span of time, milliseconds since 1970; no end = still. */
export interface Validity {
  readonly start: number;
  readonly end: number;
}

export interface TrustedLog {
  /** As bundles and SCTs name it. */
  readonly id: Buffer;
  /** Begins the log's signatures under checkpoints: its first four bytes (C2SP signed-note, "key ID"). */
  readonly checkpointId: Buffer;
  /** Without the scheme: what the log calls itself in checkpoints. */
  readonly url: string;
  readonly key: KeyObject;
  readonly validity: Validity;
}

export interface TrustedAuthority {
  /** Leaf-most first, its root last, never empty. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  readonly validity: Validity;
}

/** Whom a keyless signature is believed of (sigstore/protobuf-specs, sigstore_trustroot.proto, TrustedRoot). */
export interface TrustedRoot {
  /** sha256 of the document, hex: results are cached under it. */
  readonly digest: string;
  readonly logs: readonly TrustedLog[];
  readonly certificateAuthorities: readonly TrustedAuthority[];
  readonly certificateLogs: readonly TrustedLog[];
  readonly timestampAuthorities: readonly TrustedAuthority[];
}

const instances = 64;
const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

function timeIn(fields: Fields, key: string): number {
  const text = fields.text(key);
  const at = time.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw fields.refuse(`${key} is not a time`);
  return at;
}

/** A missing start is not "always": whoever wrote the root forgot it, and nobody knows what was meant. */
function validityIn(fields: Fields): Validity {
  const validity = fields.object('validFor');
  return {
    start: timeIn(validity, 'start'),
    end: validity.has('end') ? timeIn(validity, 'end') : Number.POSITIVE_INFINITY,
  };
}

/** Undefined for a kind of key this version does not know: nothing verifies with it, the others still do. */
function keyIn(fields: Fields): KeyObject | undefined {
  const details = fields.text('keyDetails');
  const bytes = fields.bytes('rawBytes', attestLimits.keyBytes);
  if (!/^(?:PKIX|PKCS1)_(?:ECDSA|RSA|ED25519)/.test(details)) return undefined;
  // The older names of RSA keys were used for both encodings.
  for (const type of details.startsWith('PKCS1_') ? (['pkcs1', 'spki'] as const) : (['spki', 'pkcs1'] as const)) {
    try {
      return createPublicKey({ key: bytes, format: 'der', type });
    } catch {
      // Not this encoding: the other.
    }
  }
  throw fields.refuse(`rawBytes is not a ${details} key`);
}

function logIn(fields: Fields): readonly TrustedLog[] {
  const publicKey = fields.object('publicKey');
  const validity = validityIn(publicKey);
  const key = keyIn(publicKey);
  const checkpointKeyId = fields.optionalObject('checkpointKeyId')?.bytes('keyId', 64);
  const id = fields.optionalObject('logId')?.bytes('keyId', 64) ?? checkpointKeyId;
  const checkpointId = checkpointKeyId ?? id;
  if (id === undefined || checkpointId === undefined) throw fields.refuse('logId is missing');
  if (id.length < 4 || checkpointId.length < 4) throw fields.refuse('logId is too short');
  const url = (fields.optionalText('baseUrl') ?? '').replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '');
  return key === undefined ? [] : [{ id, checkpointId, url, key, validity }];
}

function authorityIn(fields: Fields): TrustedAuthority {
  const chain = fields
    .object('certChain')
    .objects('certificates', attestLimits.certificates)
    .map((certificate) => {
      try {
        return new X509Certificate(certificate.bytes('rawBytes', attestLimits.certificateBytes));
      } catch (cause) {
        if (cause instanceof HoldfastError) throw cause;
        throw certificate.refuse('rawBytes is not a certificate');
      }
    });
  const [first, ...rest] = chain;
  if (first === undefined) throw fields.refuse('certChain is empty');
  return { chain: [first, ...rest], validity: validityIn(fields) };
}

/** @throws HoldfastError `trusted-root-malformed` */
export function parseTrustedRoot(bytes: Uint8Array, place: string): TrustedRoot {
  const code = 'trusted-root-malformed';
  if (bytes.length > attestLimits.rootBytes) throw new HoldfastError(code, 'too long', { place });
  const fields = fieldsOf(parseStrictJson(bytes, code, place), code, place);
  const mediaType = fields.text('mediaType');
  if (!/^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.[12]|\.v0\.[12]\+json)$/.test(mediaType)) {
    throw fields.refuse(`not a trusted root of version 0.1 or 0.2: ${mediaType.slice(0, 100)}`);
  }
  return {
    digest: createHash('sha256').update(bytes).digest('hex'),
    logs: fields.objects('tlogs', instances).flatMap(logIn),
    certificateAuthorities: fields.objects('certificateAuthorities', instances).map(authorityIn),
    certificateLogs: fields.objects('ctlogs', instances).flatMap(logIn),
    timestampAuthorities: fields.objects('timestampAuthorities', instances).map(authorityIn),
  };
}
