import { retryAfterOf } from '../backoff.ts';
import { notifyLimits } from '../limits.ts';
import type { Outcome, Sink } from './sink.ts';

/** What an answer means. Whoever redirects elsewhere does not take the event. */
export function outcomeOf(status: number, retryAfter: string | null, now: number): Outcome {
  const why = `it answered ${status}`;
  if (status >= 200 && status < 300) return { kind: 'done' };
  if (status !== 429 && status < 500) return { kind: 'never', why };
  const after = retryAfterOf(retryAfter, now);
  return { kind: 'later', why, ...(after === undefined ? {} : { after }) };
}

/**
 * Events as HTTP POST in structured mode (CloudEvents HTTP protocol binding 1.0.2, section 3.2). User and password of the
 * URL become basic authentication. Redirects are followed only where they keep the method and stay within the origin.
 */
export function httpSink(url: URL, agent: string): Sink {
  const { origin, username, password } = url;
  const target = new URL(url);
  target.username = '';
  target.password = '';
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': agent,
    ...(username === '' && password === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(secret, 'utf8').toString('base64')}` }),
  };

  const post = async (to: URL, text: string, signal: AbortSignal, left: number): Promise<Outcome> => {
    const response = await fetch(to.href, { method: 'POST', headers, body: text, redirect: 'manual', signal });
    // What it says beside the status is not read: nobody needs it, and it has no bound.
    await response.body?.cancel();
    const { status } = response;
    const next = status === 307 || status === 308 ? response.headers.get('location') : null;
    if (next !== null && URL.canParse(next, to.href)) {
      const further = new URL(next, to.href);
      if (further.origin !== origin) return { kind: 'never', why: `it answered ${status}, to another origin` };
      if (left === 0) return { kind: 'never', why: 'it redirects too often' };
      return await post(further, text, signal, left - 1);
    }
    return outcomeOf(status, response.headers.get('retry-after'), Date.now());
  };

  return {
    name: origin,
    send: async (text, signal) => {
      const late = AbortSignal.timeout(notifyLimits.answer);
      try {
        return await post(target, text, AbortSignal.any([signal, late]), notifyLimits.redirects);
      } catch (error) {
        return { kind: 'later', why: late.aborted ? 'it did not answer in time' : reasonOf(error) };
      }
    },
  };
}

/** The code alone: messages can hold the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code)
    ? `the connection failed: ${code}`
    : 'the connection failed';
}
