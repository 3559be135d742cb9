import { X509Certificate } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { decodeBase64 } from '../format/base64.ts';
import type { Bundle } from '../format/bundle.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import type { LogEntry } from '../format/log-entry.ts';

type Annotations = Readonly<Record<string, string>>;

/** How cosign kept beside a layer what a bundle now holds (cosign, specs/SIGNATURE_SPEC.md). */
const names = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  log: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

const code = 'bundle-malformed';

function annotation(annotations: Annotations, name: string): string | undefined {
  const text = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
  return text === '' ? undefined : text;
}

/** @throws HoldfastError `bundle-malformed` */
export function signatureIn(annotations: Annotations, place: string): Buffer {
  const signature = decodeBase64(annotation(annotations, names.signature) ?? '');
  if (signature !== undefined && signature.length > 0) return signature;
  throw new HoldfastError(code, 'no signature in canonical base64', { place });
}

function materialIn(annotations: Annotations, place: string): Bundle['material'] {
  const pem = annotation(annotations, names.certificate);
  if (pem === undefined) return { kind: 'key', hint: '' };
  try {
    return { kind: 'certificate', leaf: new X509Certificate(pem).raw, others: [] };
  } catch (cause) {
    throw new HoldfastError(code, 'the annotated certificate is none', { place, cause });
  }
}

/** Rekor's answer as cosign stored it: a promise, no proof. */
function entryIn(text: string, place: string): LogEntry {
  const fields = fieldsOf(parseStrictJson(Buffer.from(text), code, place), code, place);
  const payload = fields.object('Payload');
  const log = payload.text('logID');
  if (!/^(?:[0-9a-f]{2}){32}$/.test(log)) throw payload.refuse('logID is not 32 bytes of hex');
  const body = payload.bytes('body', 1 << 20);
  const kind = fieldsOf(parseStrictJson(body, code, place), code, `${place}: body`);
  return {
    index: payload.count('logIndex'),
    log: Buffer.from(log, 'hex'),
    kind: kind.text('kind'),
    version: kind.text('apiVersion'),
    integratedTime: payload.count('integratedTime'),
    promise: fields.bytes('SignedEntryTimestamp', 4 << 10),
    body,
  };
}

function timestampsIn(text: string | undefined, place: string): readonly Buffer[] {
  if (text === undefined) return [];
  const fields = fieldsOf(parseStrictJson(Buffer.from(text), code, place), code, place);
  return [fields.bytes('SignedRFC3161Timestamp', 64 << 10)];
}

/**
 * What cosign annotated, as the bundle of version 0.1 that it amounts to: one way to verify for both.
 * @throws HoldfastError `bundle-malformed`
 */
export function annotatedBundle(annotations: Annotations, content: Bundle['content'], place: string): Bundle {
  const log = annotation(annotations, names.log);
  return {
    version: '0.1',
    material: materialIn(annotations, place),
    logEntries: log === undefined ? [] : [entryIn(log, place)],
    timestamps: timestampsIn(annotation(annotations, names.timestamp), place),
    content,
  };
}
