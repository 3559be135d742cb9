import type { Fields } from './fields.ts';

/** Versions of the review that API servers send; both have the same shape. The answer has that of the question. */
export const reviewVersions = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;
export type ReviewVersion = (typeof reviewVersions)[number];

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface GroupKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What an API server asks (k8s.io/api/admission/v1, AdmissionRequest), as far as it matters here. */
export interface AdmissionRequest {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly kind: GroupKind;
  /** `ephemeralcontainers`, `status`, … */
  readonly subResource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly user?: string;
  readonly object?: Fields;
  readonly oldObject?: Fields;
}

/** What could not be read as a question; it is answered all the same, with no. */
export interface MalformedReview {
  readonly version: ReviewVersion;
  /** Empty where there is none that could be repeated. */
  readonly uid: string;
  readonly message: string;
}
