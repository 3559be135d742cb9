import { verify } from 'node:crypto';
import type { LogEntry } from '../format/log-entry.ts';
import type { TrustedLog } from '../format/trusted-root.ts';

/**
 * Whether the log's promise (SignedEntryTimestamp) signs this very entry, index and time: canonical JSON of four members
 * in the order of their names (Rekor v1 API, "signedEntryTimestamp").
 */
export function promiseHolds(entry: LogEntry, promise: Buffer, log: TrustedLog): boolean {
  const body = JSON.stringify(entry.body.toString('base64'));
  const signed = `{"body":${body},"integratedTime":${entry.integratedTime},"logID":"${entry.log.toString('hex')}","logIndex":${entry.index}}`;
  const hash = log.key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(hash, Buffer.from(signed), log.key, promise);
}
