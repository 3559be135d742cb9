import { verify } from 'node:crypto';
import { decodeBase64 } from '../format/base64.ts';
import type { InclusionProof } from '../format/log-entry.ts';
import type { TrustedLog } from '../format/trusted-root.ts';
import { attestLimits } from '../limits.ts';

const signatureLine = /^\u2014 (\S+) (\S+)$/;

interface NoteSignature {
  readonly name: string;
  readonly hint: Buffer;
  readonly signature: Buffer;
}

interface Checkpoint {
  /** All up to and with the newline before the blank line: what is signed. */
  readonly text: string;
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
  readonly signatures: readonly NoteSignature[];
}

function signatureIn(line: string): NoteSignature | undefined {
  const [, name, encoded] = signatureLine.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined;
  return { name, hint: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** C2SP tlog-checkpoint in a C2SP signed-note; undefined = it is neither. */
function parse(note: string): Checkpoint | undefined {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, split + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const hash = decodeBase64(root);
  if (origin === '' || !/^(?:0|[1-9][0-9]{0,18})$/.test(size) || hash?.length !== 32) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > attestLimits.checkpointSignatures) return undefined;
  const signatures = lines.map(signatureIn);
  if (!signatures.every((signature) => signature !== undefined)) return undefined;
  return { text, origin, size: BigInt(size), root: hash, signatures };
}

/** What a log may call itself: its address without the scheme, with or without path and port. */
function namesOf(log: TrustedLog): readonly string[] {
  const host = log.url.split('/')[0] ?? '';
  return [log.url, host, host.replace(/:[0-9]+$/, '')];
}

/**
 * Whether the checkpoint is the log's own and signs this proof's root and size. Signatures of witnesses and of other keys
 * stand beside the log's in any order and count for nothing here.
 * @returns undefined = it is, else what is wrong
 */
export function checkpointFault(proof: InclusionProof, log: TrustedLog): string | undefined {
  const checkpoint = parse(proof.checkpoint);
  if (checkpoint === undefined) return 'the checkpoint is not a signed note with origin, size and root';
  const { origin, text } = checkpoint;
  if (checkpoint.size !== proof.size || !checkpoint.root.equals(proof.root)) {
    return 'the checkpoint is of another tree than the proof';
  }
  const names = namesOf(log);
  const own = checkpoint.signatures.filter(
    ({ name, hint }) =>
      hint.equals(log.checkpointId.subarray(0, 4)) &&
      names.includes(name) &&
      // Rekor v1 adds its tree's id to the name: "rekor.sigstore.dev - 1193050959916656506".
      (origin === name || origin.startsWith(`${name} - `)),
  );
  const hash = log.key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const data = Buffer.from(text, 'utf8');
  if (own.some(({ signature }) => verify(hash, data, log.key, signature))) return undefined;
  return own.length === 0
    ? 'the checkpoint is not signed by this log'
    : "the log's signature on the checkpoint is wrong";
}
