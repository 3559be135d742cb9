import { createPublicKey, X509Certificate } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { decodeBase64 } from '../format/base64.ts';
import type { HashName } from '../format/bundle.ts';
import { type Fields, fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import type { LogEntry } from '../format/log-entry.ts';
import { type SignedContent, sha256, spkiOf } from './signed-content.ts';

const code = 'log-entry-unbound';

function unbound(message: string): HoldfastError {
  return new HoldfastError(code, message, { place: 'log entry' });
}

function refuseUnless(holds: boolean, what: string): void {
  if (!holds) throw unbound(`the log entry holds another ${what} than the bundle`);
}

function sameSignature(bytes: Buffer | undefined, content: SignedContent): void {
  refuseUnless(bytes?.equals(content.signature) === true, 'signature');
}

/** Rekor v1: base64 of a PEM certificate or public key. */
function samePem(encoded: string, content: SignedContent): void {
  const pem = decodeBase64(encoded)?.toString('utf8') ?? '';
  const what = content.certificate === undefined ? 'key' : 'certificate';
  let same = false;
  try {
    same =
      content.certificate === undefined
        ? spkiOf(createPublicKey(pem)).equals(spkiOf(content.key)) && pem.includes('PUBLIC KEY')
        : new X509Certificate(pem).raw.equals(content.certificate);
  } catch {
    // Not a certificate or key at all: not the same one.
  }
  refuseUnless(same, what);
}

/** Rekor v2: DER of a certificate or public key (rekor-tiles, verifier.proto). */
function sameVerifier(verifier: Fields, content: SignedContent): void {
  if (content.certificate === undefined) {
    const key = verifier.optionalObject('publicKey')?.bytes('rawBytes', 64 << 10);
    refuseUnless(key?.equals(spkiOf(content.key)) === true && !verifier.has('x509Certificate'), 'key');
  } else {
    const certificate = verifier.optionalObject('x509Certificate')?.bytes('rawBytes', 64 << 10);
    refuseUnless(certificate?.equals(content.certificate) === true && !verifier.has('publicKey'), 'certificate');
  }
}

const hexHashes: Readonly<Record<string, HashName>> = { sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' };
const protoHashes: Readonly<Record<string, HashName>> = { SHA2_256: 'sha256', SHA2_384: 'sha384', SHA2_512: 'sha512' };

function sameDigest(algorithm: HashName | undefined, digest: Buffer | undefined, content: SignedContent): void {
  const own = algorithm === undefined ? undefined : content.signed.digest(algorithm);
  refuseUnless(own !== undefined && digest?.equals(own) === true, 'digest');
}

function hexIn(fields: Fields, key: string): Buffer | undefined {
  const text = fields.text(key);
  return /^(?:[0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

function payloadOf(content: SignedContent): Buffer {
  if (content.envelope === undefined) throw unbound('the log entry is of an envelope and the bundle holds none');
  return content.envelope.payload;
}

function samePayload(hash: Fields, content: SignedContent): void {
  refuseUnless(hash.text('algorithm') === 'sha256', 'hash algorithm');
  refuseUnless(hexIn(hash, 'value')?.equals(sha256(payloadOf(content))) === true, 'payload');
}

function single(list: readonly Fields[]): Fields {
  const [first, second] = list;
  if (first === undefined || second !== undefined) throw unbound('the log entry has not exactly one signature');
  return first;
}

/** hashedrekord 0.0.1; over an envelope its hash is that of the DSSE pre-authentication encoding, the bytes signed. */
function hashedRekord1(spec: Fields, content: SignedContent): void {
  const signature = spec.object('signature');
  sameSignature(decodeBase64(signature.text('content')), content);
  samePem(signature.object('publicKey').text('content'), content);
  const hash = spec.object('data').object('hash');
  sameDigest(hexHashes[hash.text('algorithm')], hexIn(hash, 'value'), content);
}

function hashedRekord2(spec: Fields, content: SignedContent): void {
  const entry = spec.object('hashedRekordV002');
  const signature = entry.object('signature');
  sameSignature(decodeBase64(signature.text('content')), content);
  sameVerifier(signature.object('verifier'), content);
  const data = entry.object('data');
  sameDigest(protoHashes[data.text('algorithm')], decodeBase64(data.text('digest')), content);
}

function dsse1(spec: Fields, content: SignedContent): void {
  samePayload(spec.object('payloadHash'), content);
  const signature = single(spec.objects('signatures', 16));
  sameSignature(decodeBase64(signature.text('signature')), content);
  samePem(signature.text('verifier'), content);
}

function dsse2(spec: Fields, content: SignedContent): void {
  const entry = spec.object('dsseV002');
  const hash = entry.object('payloadHash');
  refuseUnless(hash.text('algorithm') === 'SHA2_256', 'hash algorithm');
  refuseUnless(decodeBase64(hash.text('digest'))?.equals(sha256(payloadOf(content))) === true, 'payload');
  const signature = single(entry.objects('signatures', 16));
  sameSignature(decodeBase64(signature.text('content')), content);
  sameVerifier(signature.object('verifier'), content);
}

/** intoto 0.0.2: the envelope within, its base64 encoded once more; the log may have dropped the payload. */
function intoto2(spec: Fields, content: SignedContent): void {
  const inner = spec.object('content');
  samePayload(inner.object('payloadHash'), content);
  const envelope = inner.object('envelope');
  const payloadType = envelope.optionalText('payloadType');
  refuseUnless(payloadType === undefined || payloadType === content.envelope?.payloadType, 'payload type');
  const signature = single(envelope.objects('signatures', 16));
  const twice = decodeBase64(signature.text('sig'))?.toString('latin1') ?? '';
  sameSignature(decodeBase64(twice), content);
  samePem(signature.text('publicKey'), content);
}

type Reader = (spec: Fields, content: SignedContent) => void;

const readers: Readonly<Record<string, Reader>> = {
  'hashedrekord 0.0.1': hashedRekord1,
  'hashedrekord 0.0.2': hashedRekord2,
  'dsse 0.0.1': dsse1,
  'dsse 0.0.2': dsse2,
  'intoto 0.0.2': intoto2,
};

/**
 * Checks that the logged entry is about this very signature, by this very key, over this very content: a proof that
 * something was logged is worth nothing when it was something else (CVE-2022-36056).
 * @throws HoldfastError `log-entry-unbound`
 */
export function refuseUnbound(entry: LogEntry, content: SignedContent): void {
  const body = fieldsOf(parseStrictJson(entry.body, code, 'log entry'), code, 'log entry');
  const kind = `${body.text('kind')} ${body.text('apiVersion')}`;
  if (kind !== `${entry.kind} ${entry.version}`) throw unbound('the log entry is of another kind than the bundle says');
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (read === undefined) throw unbound(`log entries of kind ${kind.slice(0, 60)} are not read`);
  read(body.object('spec'), content);
}
