import { HoldfastError } from '../errors/index.ts';
import { type Digest, isDigest } from '../oci/index.ts';
import { canonicalJson } from './canonical.ts';
import { type EvidenceKind, evidenceKinds, type NewEntry } from './model.ts';

/** What the ledger takes; an image's file manifest or an SBOM is a blob, not a body. */
export const bounds = {
  bodyBytes: 1024 * 1024,
  depth: 32,
  subjects: 256,
  workload: 1024,
  entriesPerAppend: 1024,
  blobBytes: 128 * 1024 * 1024,
} as const;

/** An entry that was looked at: nothing in it changes any more, whatever its producer does to its objects. */
export interface PreparedEntry {
  readonly kind: EvidenceKind;
  readonly time: string;
  readonly subjects: readonly Digest[];
  readonly workload: string | undefined;
  /** Canonical JSON. */
  readonly body: string;
}

const timePattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3})\d{0,6}Z$/;

/** @throws HoldfastError `entry-malformed`, `entry-too-large` */
export function prepareEntry(entry: NewEntry, place: string): PreparedEntry {
  if (!evidenceKinds.includes(entry.kind)) throw malformed(`unknown kind ${JSON.stringify(entry.kind)}`, place);
  checkTime(entry.time, place);
  checkSubjects(entry.subjects, place);
  if (entry.workload !== undefined) checkWorkload(entry.workload, place);
  return {
    kind: entry.kind,
    time: entry.time,
    subjects: [...entry.subjects],
    workload: entry.workload,
    body: canonicalJson(entry.body, { depth: bounds.depth, bytes: bounds.bodyBytes }, `${place}, body`),
  };
}

function checkTime(time: string, place: string): void {
  const match = typeof time === 'string' ? timePattern.exec(time) : null;
  const instant = match === null ? Number.NaN : Date.parse(`${match[1]}.${match[2]}Z`);
  // Date takes 30 February for 2 March: only a time that reads back the same is one.
  if (match === null || Number.isNaN(instant) || new Date(instant).toISOString() !== `${match[1]}.${match[2]}Z`) {
    throw malformed(`time ${JSON.stringify(time)} is not RFC 3339 UTC with milliseconds or finer`, place);
  }
}

function checkSubjects(subjects: readonly Digest[], place: string): void {
  if (subjects.length > bounds.subjects) {
    throw new HoldfastError('entry-too-large', `more than ${bounds.subjects} subjects`, { place });
  }
  if (!subjects.every(isDigest)) throw malformed('a subject is not a digest', place);
  if (new Set(subjects).size !== subjects.length) throw malformed('a subject is named twice', place);
}

function checkWorkload(workload: string, place: string): void {
  if (workload.length > bounds.workload) {
    throw new HoldfastError('entry-too-large', `workload is longer than ${bounds.workload}`, { place });
  }
  if (workload === '' || workload.includes('\0') || !workload.isWellFormed()) {
    throw malformed('workload is empty, or holds a NUL or a lone surrogate', place);
  }
}

function malformed(message: string, place: string): HoldfastError {
  return new HoldfastError('entry-malformed', message, { place });
}
