/** Why a request got its answer. A closed list; docs/admission.md has it. */
export const admissionReasons = [
  'images-admitted',
  'images-denied',
  'images-undecided',
  'images-unchanged',
  'nothing-starts',
  'no-pods',
  'kind-unknown',
  'malformed',
  'overloaded',
  'unrecorded',
] as const;

export type AdmissionReason = (typeof admissionReasons)[number];
