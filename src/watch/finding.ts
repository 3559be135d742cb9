import type { DriftFinding } from './behaviour/drift.ts';
import type { IdentityFinding } from './findings.ts';

/** What is found about a container: bytes that are not the image's, or a deed that is not the profile's. */
export type Finding = IdentityFinding | DriftFinding;

/** What a finding is about: a path, or protocol and peer. */
export function subjectOfFinding(finding: Finding): string {
  return finding.term === 'identity' ? finding.file.path : finding.subject;
}
