import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Route } from '../admission/index.ts';
import { BodyBudget, readBody } from './body.ts';
import { deadlineFor } from './deadline.ts';
import { serverLimits } from './limits.ts';
import { type Metrics, metricsType } from './metrics.ts';
import { type Reviewed, type ReviewOptions, refusal, review } from './review.ts';

export interface HandlerOptions extends ReviewOptions {
  readonly metrics: Metrics;
  readonly deadlineMillis: number;
  /** Only who shows a certificate of the client authority may ask for reviews. */
  readonly clientsProve: boolean;
  /** The sentences of what is not ready; empty = ready. */
  readonly unready: () => readonly string[];
  /** Told of every no. */
  readonly denied: (route: Route, reviewed: Reviewed) => void;
}

export interface Handler {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Reviews being answered. */
  readonly busy: () => number;
}

const jsonType = 'application/json';

export function openHandler(options: HandlerOptions): Handler {
  const budget = new BodyBudget();
  let busy = 0;

  async function reviewed(request: IncomingMessage, route: Route, url: URL): Promise<Reviewed> {
    const begun = performance.now();
    const millis = deadlineFor(url.searchParams.get('timeout'), options.deadlineMillis);
    const { body, release } = await readBody(request, budget);
    try {
      const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') return refusal(415, 'admission-malformed: a compressed body');
      if (type !== jsonType) return refusal(415, `admission-malformed: not ${jsonType}`);
      switch (body.kind) {
        case 'too-long':
          return refusal(413, `admission-malformed: longer than ${serverLimits.bodyBytes} bytes`);
        case 'no-room':
          return refusal(429, 'retry: admission-overloaded: too much is being read');
        case 'cut':
          return refusal(400, 'admission-malformed: the body was cut short');
        case 'whole':
          return await review(
            body.bytes,
            route,
            millis - (performance.now() - begun),
            busy > serverLimits.requests,
            options,
          );
      }
    } finally {
      release();
    }
  }

  async function answerReview(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    url: URL,
  ): Promise<void> {
    const begun = performance.now();
    busy += 1;
    try {
      const answer = await reviewed(request, route, url);
      const { bytes, verdict } = answer;
      if (!verdict.allowed) options.denied(route, answer);
      options.metrics.count('holdfast_admission_reviews', {
        route,
        allowed: String(verdict.allowed),
        reason: verdict.reason,
      });
      options.metrics.observe('holdfast_admission_seconds', (performance.now() - begun) / 1000, { route });
      // A client that is still sending is not heard any further.
      if (!request.complete) response.setHeader('connection', 'close');
      reply(response, 200, jsonType, bytes);
    } finally {
      busy -= 1;
    }
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.canParse(request.url ?? '', 'https://webhook')
      ? new URL(request.url ?? '', 'https://webhook')
      : undefined;
    const path = url?.pathname;
    response.on('error', () => response.destroy());
    if (url !== undefined && (path === '/validate' || path === '/mutate')) {
      if (request.method !== 'POST')
        return reply(response, 405, 'text/plain', 'POST an AdmissionReview\n', { allow: 'POST' });
      if (options.clientsProve && !(request.socket as TLSSocket).authorized) {
        return reply(response, 401, 'text/plain', 'a client certificate is needed\n', { connection: 'close' });
      }
      answerReview(request, response, path === '/validate' ? 'validate' : 'mutate', url).catch((error: unknown) => {
        options.report(error);
        response.destroy();
      });
      return;
    }
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return reply(response, 405, 'text/plain', '', { allow: 'GET' });
    if (path === '/healthz') return reply(response, 200, 'text/plain', 'ok\n');
    if (path === '/readyz') {
      const unready = options.unready();
      return reply(response, unready.length === 0 ? 200 : 503, 'text/plain', `${unready.join('\n') || 'ok'}\n`);
    }
    if (path === '/metrics') return reply(response, 200, metricsType, options.metrics.text());
    reply(response, 404, 'text/plain', 'there are /validate, /mutate, /healthz, /readyz and /metrics\n');
  }

  return { handle, busy: () => busy };
}

function reply(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
