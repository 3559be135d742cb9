import { attestLimits } from '../limits.ts';
import type { Fields } from './fields.ts';

/** That an entry is in a tree, and the tree's signed head (sigstore_rekor.proto, InclusionProof). */
export interface InclusionProof {
  /** Position in this tree; the entry's own index counts the log's older trees, too. */
  readonly index: bigint;
  readonly size: bigint;
  readonly root: Buffer;
  readonly hashes: readonly Buffer[];
  /** The signed note as the log wrote it. */
  readonly checkpoint: string;
}

/** One entry of a transparency log, as a bundle carries it (sigstore_rekor.proto, TransparencyLogEntry). */
export interface LogEntry {
  readonly index: bigint;
  readonly log: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; 0 = none. Only a promise makes it more than a claim. */
  readonly integratedTime: bigint;
  /** The log's signature over entry, index and time: SignedEntryTimestamp. */
  readonly promise?: Buffer;
  readonly proof?: InclusionProof;
  readonly body: Buffer;
}

function hashIn(text: string, fields: Fields): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== text) throw fields.refuse('a hash is not 32 bytes of base64');
  return bytes;
}

function proofIn(fields: Fields): InclusionProof {
  fields.only('logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint');
  const checkpoint = fields.optionalObject('checkpoint');
  checkpoint?.only('envelope');
  const note = checkpoint?.text('envelope') ?? '';
  // Without the log's signature over the root, a proof proves that someone can hash.
  if (note === '') throw fields.refuse('an inclusion proof without a checkpoint');
  if (note.length > attestLimits.checkpointBytes) throw fields.refuse('the checkpoint is too long');
  return {
    index: fields.count('logIndex'),
    size: fields.count('treeSize'),
    root: hashIn(fields.text('rootHash'), fields),
    hashes: fields.texts('hashes', attestLimits.proofHashes).map((text) => hashIn(text, fields)),
    checkpoint: note,
  };
}

/** @throws HoldfastError `bundle-malformed` */
export function parseLogEntry(fields: Fields): LogEntry {
  fields.only(
    'logIndex',
    'logId',
    'kindVersion',
    'integratedTime',
    'inclusionPromise',
    'inclusionProof',
    'canonicalizedBody',
  );
  const id = fields.object('logId');
  id.only('keyId');
  const kind = fields.object('kindVersion');
  kind.only('kind', 'version');
  const promise = fields.optionalObject('inclusionPromise');
  promise?.only('signedEntryTimestamp');
  const proof = fields.optionalObject('inclusionProof');
  return {
    index: fields.count('logIndex'),
    log: id.bytes('keyId', 64),
    kind: kind.text('kind'),
    version: kind.text('version'),
    integratedTime: fields.count('integratedTime'),
    ...(promise === undefined ? {} : { promise: promise.bytes('signedEntryTimestamp', 4 << 10) }),
    ...(proof === undefined ? {} : { proof: proofIn(proof) }),
    body: fields.bytes('canonicalizedBody', attestLimits.bundleBytes),
  };
}
