import type { ReviewVersion } from './model.ts';

/** RFC 6902. Only images are ever replaced. */
export interface PatchOperation {
  readonly op: 'replace';
  readonly path: string;
  readonly value: string;
}

export interface Answer {
  readonly allowed: boolean;
  /** For people; the API server puts the webhook's name before it. */
  readonly message: string;
  /** HTTP's, of the answer that the client of the API server gets: 400, 403, 413, 429, 500, 503. */
  readonly code: number;
  /** What is gone in a moment: the client is told to try again. */
  readonly retry: boolean;
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly patch: readonly PatchOperation[];
}

const longest = { message: 2000, warning: 250, annotation: 1000 } as const;
const mostWarnings = 16;
const retryAfterSeconds = 1;

/** Text that others wrote in parts: one line, no control characters, valid, bounded. */
export function oneLine(text: string, most: number): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  const plain = text.toWellFormed().replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return plain.length > most ? `${plain.slice(0, most - 1).toWellFormed()}…` : plain;
}

/** The AdmissionReview that answers, as JSON (k8s.io/api/admission/v1, AdmissionResponse). */
export function responseBytes(version: ReviewVersion, uid: string, answer: Answer): Buffer {
  const { allowed, code, retry, patch, warnings } = answer;
  const message = oneLine(answer.message, longest.message);
  const annotations = Object.fromEntries(
    Object.entries(answer.annotations).map(([name, text]) => [name, oneLine(text, longest.annotation)]),
  );
  const status = {
    code: allowed ? 200 : code,
    message,
    ...(allowed ? {} : { status: 'Failure', reason: reasonOf(code) }),
    ...(retry && !allowed ? { details: { retryAfterSeconds } } : {}),
  };
  const response = {
    uid,
    allowed,
    status,
    ...(warnings.length === 0
      ? {}
      : { warnings: warnings.slice(0, mostWarnings).map((one) => oneLine(one, longest.warning)) }),
    ...(Object.keys(annotations).length === 0 ? {} : { auditAnnotations: annotations }),
    ...(allowed && patch.length > 0
      ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }
      : {}),
  };
  return Buffer.from(JSON.stringify({ kind: 'AdmissionReview', apiVersion: version, response }));
}

/** Kubernetes' words for them (metav1.StatusReason). */
function reasonOf(code: number): string {
  switch (code) {
    case 400:
      return 'BadRequest';
    case 413:
      return 'RequestEntityTooLarge';
    case 415:
      return 'UnsupportedMediaType';
    case 429:
      return 'TooManyRequests';
    case 500:
      return 'InternalError';
    case 503:
      return 'ServiceUnavailable';
    default:
      return 'Forbidden';
  }
}
