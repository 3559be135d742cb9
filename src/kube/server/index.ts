export { type CertificateFiles, readCertificate } from './certificate.ts';
export { deadlineFor, goDuration } from './deadline.ts';
export { serverLimits } from './limits.ts';
export { Metrics, metricsType } from './metrics.ts';
export type { ReloadEvent } from './reload.ts';
export { type AdmissionServer, type AdmissionServerOptions, serveAdmission } from './serve.ts';
