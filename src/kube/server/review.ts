import { codes } from '../../errors/index.ts';
import { type AdmitOptions, admit, type Route, refuse, type Verdict } from '../admission/index.ts';
import { type AdmissionRequest, type Answer, type ParsedReview, parseReview, responseBytes } from '../review/index.ts';
import { serverLimits } from './limits.ts';
import type { Recorder } from './recorder.ts';

export interface ReviewOptions extends AdmitOptions {
  readonly recorder: Recorder;
  /** Something that is no fault of the one who asked. */
  readonly report: (error: unknown) => void;
}

export interface Reviewed {
  readonly bytes: Buffer;
  readonly verdict: Verdict;
  /** Of the decision, where it is on record. */
  readonly id?: string;
}

/** A refusal of what could not even be read. It is answered like every other, so that no `failurePolicy` decides instead. */
export function refusal(code: number, message: string): Reviewed {
  return answered(
    { kind: 'malformed', version: 'admission.k8s.io/v1', uid: '', message: '' },
    refuse('malformed', message, code),
  );
}

/**
 * From the bytes of a review to the bytes of its answer, on record. Never throws, and takes no longer than `millis` but for what the
 * disk holds up the process itself.
 */
export async function review(
  bytes: Uint8Array,
  route: Route,
  millis: number,
  busy: boolean,
  options: ReviewOptions,
): Promise<Reviewed> {
  const parsed = parseReview(bytes);
  if (parsed.kind === 'malformed')
    return answered(parsed, refuse('malformed', `admission-malformed: ${parsed.message}`, 400));
  if (busy) {
    const { meaning } = codes['admission-overloaded'];
    return answered(parsed, refuse('overloaded', `retry: admission-overloaded: ${meaning}`, 429, true));
  }
  const end = AbortSignal.timeout(Math.max(1, Math.floor(millis)));
  const waiting = AbortSignal.timeout(
    Math.max(1, Math.floor(millis - Math.min(serverLimits.recordMillis, millis / 4))),
  );
  try {
    const verdict = await admit(parsed.request, route, options, waiting);
    return await recorded(parsed, parsed.request, route, verdict, options, end);
  } catch (error) {
    options.report(error);
    return answered(parsed, refuse('malformed', 'internal: the webhook itself failed', 500));
  }
}

async function recorded(
  parsed: ParsedReview,
  request: AdmissionRequest,
  route: Route,
  verdict: Verdict,
  { recorder, report }: ReviewOptions,
  end: AbortSignal,
): Promise<Reviewed> {
  try {
    const id = await before(recorder.record(request, route, verdict), end);
    return answered(parsed, verdict, { decision: id, reason: verdict.reason });
  } catch (error) {
    report(error);
    const { meaning, remedy } = codes['admission-unrecorded'];
    return answered(parsed, refuse('unrecorded', `retry: admission-unrecorded: ${meaning} ${remedy}`, 503, true));
  }
}

function answered(parsed: ParsedReview, verdict: Verdict, annotations: Answer['annotations'] = {}): Reviewed {
  const { version, uid } = parsed.kind === 'request' ? parsed.request : parsed;
  const { allowed, message, code, retry, warnings, patch } = verdict;
  const id = annotations['decision'];
  const shown = allowed || id === undefined ? message : `${message} (decision ${id})`;
  return {
    bytes: responseBytes(version, uid, { allowed, message: shown, code, retry, warnings, annotations, patch }),
    verdict,
    ...(id === undefined ? {} : { id }),
  };
}

function before<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(end.reason as Error);
    if (end.aborted) stop();
    end.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => end.removeEventListener('abort', stop));
  });
}
