export { type AdmitOptions, admit, type JudgedUse, type Route, refuse, type Verdict } from './admit.ts';
export { type AdmissionEntry, admissionEntry, type RecordedBy } from './entry.ts';
export { admissionFacts, openSeenImages, type SeenImages } from './facts.ts';
export { type AdmissionReason, admissionReasons } from './reasons.ts';
