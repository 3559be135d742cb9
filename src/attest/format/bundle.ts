import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';
import { decodeBase64 } from './base64.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { parseStrictJson } from './json.ts';
import { type LogEntry, parseLogEntry } from './log-entry.ts';

/** What the signature is checked with: a key known beforehand, or a short-lived certificate. */
export type KeyMaterial =
  | { readonly kind: 'key'; readonly hint: string }
  | {
      readonly kind: 'certificate';
      /** DER. */
      readonly leaf: Buffer;
      /** Whatever else the signer sent; no path is built from it, intermediates come from the trusted root. */
      readonly others: readonly Buffer[];
    };

export interface Envelope {
  readonly kind: 'dsse';
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

export interface MessageSignature {
  readonly kind: 'message';
  /** The signer's hint at what was signed: not signed itself. */
  readonly digest?: { readonly algorithm: HashName; readonly bytes: Buffer };
  readonly signature: Buffer;
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** A Sigstore bundle (sigstore/protobuf-specs, sigstore_bundle.proto), read and not yet verified in any way. */
export interface Bundle {
  readonly version: '0.1' | '0.2' | '0.3';
  readonly material: KeyMaterial;
  readonly logEntries: readonly LogEntry[];
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Buffer[];
  readonly content: Envelope | MessageSignature;
}

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const versions: Readonly<Record<string, Bundle['version']>> = {
  'application/vnd.dev.sigstore.bundle+json;version=0.1': '0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2': '0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3': '0.3',
  [bundleMediaType]: '0.3',
};

const hashNames: Readonly<Record<string, HashName>> = { SHA2_256: 'sha256', SHA2_384: 'sha384', SHA2_512: 'sha512' };

function certificateIn(fields: Fields): Buffer {
  fields.only('rawBytes');
  return fields.bytes('rawBytes', attestLimits.certificateBytes);
}

function materialIn(fields: Fields, version: Bundle['version']): KeyMaterial {
  const given = ['publicKey', 'certificate', 'x509CertificateChain'].filter((key) => fields.has(key));
  if (given.length !== 1) throw fields.refuse('not exactly one of publicKey, certificate, x509CertificateChain');
  if (given[0] === 'publicKey') {
    const key = fields.object('publicKey');
    key.only('hint');
    return { kind: 'key', hint: key.optionalText('hint') ?? '' };
  }
  if (given[0] === 'certificate') {
    return { kind: 'certificate', leaf: certificateIn(fields.object('certificate')), others: [] };
  }
  if (version === '0.3') throw fields.refuse('a certificate chain in a bundle of version 0.3');
  const chain = fields.object('x509CertificateChain');
  chain.only('certificates');
  const [leaf, ...others] = chain.objects('certificates', attestLimits.certificates).map(certificateIn);
  if (leaf === undefined) throw chain.refuse('the certificate chain is empty');
  return { kind: 'certificate', leaf, others };
}

/** `base64` of coreutils breaks its lines, and timestamps come from there: breaks alone are taken here, nowhere else. */
function timestampIn(fields: Fields): Buffer {
  fields.only('signedTimestamp');
  const bytes = decodeBase64(fields.text('signedTimestamp').replaceAll(/\r?\n/g, ''));
  if (bytes === undefined) throw fields.refuse('signedTimestamp is not canonical base64');
  if (bytes.length > attestLimits.timestampBytes) throw fields.refuse('signedTimestamp is too long');
  return bytes;
}

function timestampsIn(material: Fields): readonly Buffer[] {
  const data = material.optionalObject('timestampVerificationData');
  if (data === undefined) return [];
  data.only('rfc3161Timestamps');
  return data.objects('rfc3161Timestamps', attestLimits.timestamps).map(timestampIn);
}

function signatureIn(fields: Fields, key: string): Buffer {
  const signature = fields.bytes(key, 16 << 10);
  if (signature.length === 0) throw fields.refuse(`${key} is empty`);
  return signature;
}

/** @throws HoldfastError `bundle-malformed` */
export function envelopeIn(fields: Fields): Envelope {
  fields.only('payload', 'payloadType', 'signatures');
  const [signature, second] = fields.objects('signatures', 16);
  if (signature === undefined || second !== undefined) throw fields.refuse('not exactly one signature');
  // The signed bytes do not cover keyid, so nothing is made of it.
  signature.only('sig', 'keyid');
  return {
    kind: 'dsse',
    payloadType: fields.text('payloadType'),
    payload: fields.bytes('payload', attestLimits.bundleBytes),
    signature: signatureIn(signature, 'sig'),
  };
}

function messageIn(fields: Fields): MessageSignature {
  fields.only('messageDigest', 'signature');
  const signature = signatureIn(fields, 'signature');
  const digest = fields.optionalObject('messageDigest');
  if (digest === undefined) return { kind: 'message', signature };
  digest.only('algorithm', 'digest');
  const algorithm = hashNames[digest.text('algorithm')];
  if (algorithm === undefined) throw digest.refuse('a hash algorithm that is not SHA2_256, SHA2_384 or SHA2_512');
  return { kind: 'message', digest: { algorithm, bytes: digest.bytes('digest', 64) }, signature };
}

function contentIn(fields: Fields): Bundle['content'] {
  const envelope = fields.optionalObject('dsseEnvelope');
  const message = fields.optionalObject('messageSignature');
  if (envelope !== undefined && message === undefined) return envelopeIn(envelope);
  if (message !== undefined && envelope === undefined) return messageIn(message);
  throw fields.refuse('not exactly one of dsseEnvelope, messageSignature');
}

/** A bundle before 0.2 is held by the log's promise, later ones by a proof (sigstore_bundle.proto, "tlog_entries"). */
function refuseUnproven(entries: readonly LogEntry[], version: Bundle['version'], fields: Fields): void {
  for (const entry of entries) {
    if (version === '0.1' ? entry.promise === undefined : entry.proof === undefined) {
      throw fields.refuse(version === '0.1' ? 'a log entry has no promise' : 'a log entry has no inclusion proof');
    }
  }
}

/**
 * Parses a bundle of version 0.1, 0.2 or 0.3, strictly: no unknown field, no repeated key, canonical base64, bounded.
 * @throws HoldfastError `bundle-malformed`
 */
export function parseBundle(bytes: Uint8Array, place: string): Bundle {
  if (bytes.length > attestLimits.bundleBytes) {
    throw new HoldfastError('bundle-malformed', `longer than ${attestLimits.bundleBytes} bytes`, { place });
  }
  const fields = fieldsOf(parseStrictJson(bytes, 'bundle-malformed', place), 'bundle-malformed', place);
  const mediaType = fields.text('mediaType');
  const version = Object.hasOwn(versions, mediaType) ? versions[mediaType] : undefined;
  if (version === undefined) throw fields.refuse(`not a bundle of version 0.1, 0.2 or 0.3: ${mediaType.slice(0, 100)}`);
  fields.only('mediaType', 'verificationMaterial', 'dsseEnvelope', 'messageSignature');
  const material = fields.object('verificationMaterial');
  material.only('publicKey', 'certificate', 'x509CertificateChain', 'tlogEntries', 'timestampVerificationData');
  const logEntries = material.objects('tlogEntries', attestLimits.logEntries).map(parseLogEntry);
  refuseUnproven(logEntries, version, material);
  return {
    version,
    material: materialIn(material, version),
    logEntries,
    timestamps: timestampsIn(material),
    content: contentIn(fields),
  };
}
