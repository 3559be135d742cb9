export {
  type AdmissionReason,
  type AdmitOptions,
  admissionFacts,
  admissionReasons,
  admit,
  type Route,
  type Verdict,
} from './admission/index.ts';
export { type AdmissionRequest, type ParsedReview, parseReview, responseBytes } from './review/index.ts';
export {
  type AdmissionServer,
  type AdmissionServerOptions,
  type CertificateFiles,
  deadlineFor,
  goDuration,
  Metrics,
  serveAdmission,
  serverLimits,
} from './server/index.ts';
