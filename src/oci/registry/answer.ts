import type { Dispatcher } from 'undici';
import { HoldfastError } from '../../errors/index.ts';
import { fieldsOf, listOf, optionalTextOf, parseJsonObject } from '../json.ts';
import type { RegistryLimits } from './limits.ts';

/** A body that nobody reads may take this much before its connection is given up for it. */
const discardBytes = 64 << 10;
const discardMillis = 2000;

/** What a registry answered. The body must be read or discarded, or its connection stays taken. */
export interface Answer {
  readonly status: number;
  /** After redirects. */
  readonly url: URL;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
}

/** An address for messages: without the query, where storage keeps its signatures. */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** A header that may stand once. @throws HoldfastError `registry-malformed` */
export function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  if (Array.isArray(value)) {
    throw new HoldfastError('registry-malformed', `${name} comes ${value.length} times`, {
      place: placeOf(answer.url),
    });
  }
  return value;
}

/** Ends a body wherever it is, and its connection with it unless the body had ended. */
export function abandon(answer: Answer): void {
  // Whatever its connection says while it is thrown away is of no interest.
  answer.body.on('error', () => undefined);
  answer.body.destroy();
}

/** Lets a small body come in unread, in the background, so that its connection can be used again. */
export function discard(answer: Answer): void {
  const signal = AbortSignal.timeout(discardMillis);
  answer.body.dump({ limit: discardBytes, signal }).catch(() => abandon(answer));
}

/**
 * A small body whole.
 * @throws HoldfastError `registry-limit`, `registry-unreachable`, `registry-malformed`
 */
export async function readAnswer(
  answer: Answer,
  bound: number,
  limits: RegistryLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const place = placeOf(answer.url);
  const announced = Number(headerOf(answer, 'content-length') ?? 0);
  const late = new HoldfastError('registry-unreachable', `did not end within ${limits.answerMillis} ms`, { place });
  const timer = setTimeout(() => answer.body.destroy(late), limits.answerMillis);
  try {
    requireIdentity(answer);
    if (announced > bound) throw tooLong(announced, bound, place);
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > bound) throw tooLong(length, bound, place);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    throw asUnreachable(error, place, signal);
  } finally {
    clearTimeout(timer);
    abandon(answer);
  }
}

/** We asked for bytes as they are; what comes packed anyway is a way to make few bytes many. */
export function requireIdentity(answer: Answer): void {
  const coding = headerOf(answer, 'content-encoding');
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return;
  throw new HoldfastError('registry-malformed', `sent as ${coding.slice(0, 40)} though asked for plainly`, {
    place: placeOf(answer.url),
  });
}

function tooLong(length: number, bound: number, place: string): HoldfastError {
  return new HoldfastError('registry-limit', `${length} bytes and more, ${bound} are read`, { place });
}

/** The error of a connection as ours; one of ours, and the caller's own abort, as they are. */
export function asUnreachable(error: unknown, place: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof HoldfastError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const said = message === '' || message === undefined ? '' : `: ${message.slice(0, 200)}`;
  return new HoldfastError('registry-unreachable', `${code ?? 'failed'}${said}`, { place, cause: error });
}

/**
 * The error an answer stands for. What the registry itself says (distribution-spec 1.1, "Error Codes") is quoted, bounded.
 */
export async function refusal(answer: Answer, limits: RegistryLimits, signal: AbortSignal): Promise<HoldfastError> {
  const { status } = answer;
  const place = placeOf(answer.url);
  const said = await readAnswer(answer, limits.errorBytes, limits, signal).then(spoken, (error: unknown) => {
    if (signal.aborted) throw error;
    return '';
  });
  const message = `answers ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 401) return new HoldfastError('registry-unauthorized', message, { place });
  if (status === 403) return new HoldfastError('registry-denied', message, { place });
  if (status === 404) return new HoldfastError('not-found', message, { place });
  if (status === 429) return new HoldfastError('registry-throttled', message, { place });
  if (status >= 500) return new HoldfastError('registry-unreachable', message, { place });
  if (status >= 400) return new HoldfastError('registry-refused', message, { place });
  return new HoldfastError('registry-malformed', message, { place });
}

function spoken(bytes: Uint8Array): string {
  try {
    const errors = listOf(parseJsonObject(bytes, 'error'), 'errors', 'error').slice(0, 3);
    return errors
      .map((value) => {
        const fields = fieldsOf(value, 'error');
        return [optionalTextOf(fields, 'code', 'error'), optionalTextOf(fields, 'message', 'error')]
          .filter((text) => text !== undefined)
          .join(' ')
          .slice(0, 200);
      })
      .join('; ');
  } catch {
    return '';
  }
}
