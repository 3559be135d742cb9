import { HoldfastError } from '../../errors/index.ts';
import type { LogEntry } from '../format/log-entry.ts';
import type { TrustedLog, TrustedRoot } from '../format/trusted-root.ts';
import { checkpointFault } from './checkpoint.ts';
import { included } from './merkle.ts';
import { promiseHolds } from './promise.ts';

/** An entry that the log vouches for. What it is about is another question: see `refuseUnbound`. */
export interface VerifiedEntry {
  readonly entry: LogEntry;
  readonly log: TrustedLog;
  /** Milliseconds since 1970, where the log signed a time. */
  readonly time?: number;
}

function refuse(message: string): HoldfastError {
  return new HoldfastError('log-entry-invalid', message, { place: 'transparency log' });
}

/** The log that the entry names, where the root knows it. */
export function logOf(entry: LogEntry, root: TrustedRoot): TrustedLog | undefined {
  return root.logs.find(({ id, checkpointId }) => id.equals(entry.log) || checkpointId.equals(entry.log));
}

/** Whether a promise, a proof or both hold; whatever is there must. @throws HoldfastError `log-entry-invalid` */
function verifyEntry(entry: LogEntry, root: TrustedRoot): VerifiedEntry {
  const log = logOf(entry, root);
  if (log === undefined) throw refuse(`log ${entry.log.toString('hex')} is not in the trusted root`);
  const { promise, proof } = entry;
  if (proof !== undefined) {
    const fault = checkpointFault(proof, log);
    if (fault !== undefined) throw refuse(fault);
    if (!included(entry.body, proof)) throw refuse('the inclusion proof does not lead to the root');
  }
  if (promise === undefined) {
    if (proof === undefined) throw refuse('neither promise nor proof');
    return { entry, log };
  }
  if (!promiseHolds(entry, promise, log)) throw refuse("the log's promise does not hold");
  const time = Number(entry.integratedTime) * 1000;
  if (time === 0) throw refuse('a promise without a time');
  if (time < log.validity.start || time > log.validity.end)
    throw refuse("the entry's time is outside the log key's validity");
  return { entry, log, time };
}

/**
 * All entries of a bundle; one that does not hold, or stands twice, refuses all.
 * @throws HoldfastError `log-entry-invalid`
 */
export function verifyEntries(entries: readonly LogEntry[], root: TrustedRoot): readonly VerifiedEntry[] {
  const seen = new Set<string>();
  for (const { log, body } of entries) {
    const key = `${log.toString('hex')} ${body.toString('base64')}`;
    if (seen.has(key)) throw refuse('one log entry stands twice');
    seen.add(key);
  }
  return entries.map((entry) => verifyEntry(entry, root));
}

/**
 * Entries without a time of their own were logged about when a timestamp authority says the signature was made.
 * @throws HoldfastError `log-entry-invalid` where the log's key was not yet or no longer valid then
 */
export function refuseOutsideValidity(entries: readonly VerifiedEntry[], times: readonly number[]): void {
  for (const { log, time } of entries) {
    if (time !== undefined) continue;
    if (times.some((at) => at < log.validity.start || at > log.validity.end)) {
      throw refuse("the signature's time is outside the log key's validity");
    }
  }
}
