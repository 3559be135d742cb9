import { createHash } from 'node:crypto';
import { quoted } from './canonical.ts';
import type { PreparedEntry } from './prepare.ts';

/** Who says it, and which of its sayings it is: both are under the leaf, so that an omission shows. */
export interface Origin {
  readonly producer: string;
  readonly sequence: number;
}

/**
 * The bytes that an entry's leaf covers, as canonical JSON (RFC 8785): body, kind, producer,
 * sequence, subjects, time and, if there is one, workload. Not the index: the place in one log
 * is no part of what was said, so the same entry has the same leaf in every log that holds it.
 */
export function canonicalEntry(entry: PreparedEntry, origin: Origin): string {
  // Built by hand from parts that are canonical already: the keys are in order, the body is not parsed again.
  const subjects = entry.subjects.map((digest) => `"${digest}"`).join(',');
  const workload = entry.workload === undefined ? '' : `,"workload":${quoted(entry.workload, 'workload')}`;
  return (
    `{"body":${entry.body},"kind":"${entry.kind}","producer":${quoted(origin.producer, 'producer')}` +
    `,"sequence":${origin.sequence},"subjects":[${subjects}],"time":"${entry.time}"${workload}}`
  );
}

/** RFC 6962 section 2.1: MTH({d(0)}) = SHA-256(0x00 ‖ d(0)). */
export function leafOf(canonical: string): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(0)).update(canonical).digest();
}
