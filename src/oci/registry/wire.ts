import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../errors/index.ts';
import { type Answer, asUnreachable, discard, headerOf, placeOf } from './answer.ts';
import type { Dispatchers } from './dispatchers.ts';
import { ask } from './http-client.ts';
import type { RegistryLimits } from './limits.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is opened anew for each attempt. `length` is its bytes. */
  readonly body?: Uint8Array | { readonly length: number; readonly open: () => AsyncIterable<Uint8Array> };
  /** Whether doing it twice does no harm; else a broken connection is an error at once. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

/** A secret and the one place it may go. */
export interface Authorization {
  readonly header: string;
  readonly origin: string;
}

export interface Wire {
  /**
   * One request with all that keeps a registry from being there for a moment: tried again with growing pauses, waiting when
   * it says to, redirects followed. Any status below 500 that is no redirect and not 429 comes back as the answer.
   * @throws HoldfastError `registry-unreachable`, `registry-throttled`, `registry-redirect`
   */
  ask(request: Request, authorization: Authorization | undefined): Promise<Answer>;
}

export function openWire(dispatchers: Dispatchers, limits: RegistryLimits): Wire {
  return { ask: (one, authorization) => persist(one, authorization, dispatchers, limits) };
}

async function persist(
  one: Request,
  authorization: Authorization | undefined,
  dispatchers: Dispatchers,
  limits: RegistryLimits,
): Promise<Answer> {
  const { signal } = one;
  let waited = 0;
  for (let attempt = 1; ; attempt++) {
    const pause = limits.backoffMillis * 2 ** (attempt - 1) * (0.5 + Math.random());
    let answer: Answer;
    try {
      answer = await follow(one, authorization, dispatchers, limits);
    } catch (error) {
      const again =
        one.repeatable &&
        attempt < limits.attempts &&
        !signal.aborted &&
        !(error instanceof HoldfastError) &&
        !isNoTls(error);
      if (!again) throw isNoTls(error) ? error : asUnreachable(error, placeOf(one.url), signal);
      await sleep(pause, undefined, { signal });
      continue;
    }
    const asked = retryAfter(answer);
    const throttled = answer.status === 429 || (answer.status === 503 && asked !== undefined);
    const failing = [500, 502, 503, 504].includes(answer.status) && one.repeatable;
    if (!throttled && !failing) return answer;
    if (!throttled && attempt >= limits.attempts) return answer;
    discard(answer);
    const wait = Math.max(asked ?? 0, pause);
    waited += wait;
    if (throttled && (waited > limits.throttleMillis || attempt >= 4 * limits.attempts)) {
      const message = `still answers ${answer.status} and asks to wait ${Math.round(wait)} ms`;
      throw new HoldfastError('registry-throttled', message, { place: placeOf(one.url) });
    }
    await sleep(wait, undefined, { signal });
  }
}

/** Milliseconds (RFC 9110, 10.2.3): seconds or a date. What is neither is not there. */
function retryAfter(answer: Answer): number | undefined {
  const text = [answer.headers['retry-after']].flat()[0];
  if (text === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

async function follow(
  one: Request,
  authorization: Authorization | undefined,
  dispatchers: Dispatchers,
  limits: RegistryLimits,
): Promise<Answer> {
  let { url } = one;
  let secret = authorization;
  for (let hops = 0; ; hops++) {
    // Once it went to a stranger it never speaks for us again, whoever that sends us back to.
    if (secret !== undefined && secret.origin !== url.origin) secret = undefined;
    const answer = await send(one, url, secret, dispatchers);
    const location = [301, 302, 303, 307, 308].includes(answer.status) ? headerOf(answer, 'location') : undefined;
    if (location === undefined || (one.method !== 'GET' && one.method !== 'HEAD')) return answer;
    discard(answer);
    const refuse = (message: string): HoldfastError =>
      new HoldfastError('registry-redirect', message, { place: placeOf(url) });
    if (hops >= limits.redirects) throw refuse(`more than ${limits.redirects} redirects`);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol)) throw refuse('redirects to what is no web address');
    if (next.username !== '' || next.password !== '') throw refuse('redirects to an address with a password in it');
    if (url.protocol === 'https:' && next.protocol === 'http:') throw refuse(`redirects from TLS to ${placeOf(next)}`);
    url = next;
  }
}

async function send(
  one: Request,
  url: URL,
  secret: Authorization | undefined,
  dispatchers: Dispatchers,
): Promise<Answer> {
  const { body } = one;
  const stream = body !== undefined && !(body instanceof Uint8Array) ? body : undefined;
  const response = await ask(await dispatchers.to(url), url, {
    method: one.method,
    headers: {
      'user-agent': 'holdfast',
      'accept-encoding': 'identity',
      ...one.headers,
      ...(stream === undefined ? {} : { 'content-length': String(stream.length) }),
      ...(secret === undefined ? {} : { authorization: secret.header }),
    },
    body: stream === undefined ? ((body as Uint8Array | undefined) ?? null) : Readable.from(stream.open()),
    signal: one.signal,
  });
  return { status: response.statusCode, headers: response.headers, body: response.body, url };
}

/** The other side answered, and not in TLS. */
export function isNoTls(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return (
    code !== undefined &&
    ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'].includes(code)
  );
}
