import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../errors/index.ts';
import type { ImagePart } from './bodies.ts';

/** What is known once an image was read to its end. */
export interface ImageRead {
  /** Peak resident memory of the process that read it. */
  readonly rssKib: number;
  /** Of its files: what a signed file manifest is compared with. */
  readonly filesDigest: string;
}

/** One line of what the reading process writes. */
export type ImageLine =
  | { readonly part: ImagePart }
  | { readonly done: ImageRead }
  | { readonly failed: { readonly code: string; readonly message: string } };

/** What to read: containerd's content, by the namespace and the digest of a manifest. */
export interface ImageRequest {
  readonly socket: string;
  readonly namespace: string;
  readonly manifest: string;
}

const lineMax = 8 << 20;
const partsMax = 4096;
const timeoutMillis = 600_000;

/**
 * Reads an image in a process of its own that ends: layers stream through memory there, and the agent stays small.
 * Yields the parts as they come; the child waits while the agent writes.
 *
 * @throws HoldfastError `image-unreadable`
 */
export async function* readImageInChild(
  request: ImageRequest,
  signal: AbortSignal,
): AsyncGenerator<ImagePart, ImageRead, undefined> {
  // Emitted JavaScript lies beside this file under the same name but for its ending.
  const program = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './read-image.ts' : './read-image.js', import.meta.url),
  );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]),
    killSignal: 'SIGKILL',
  });
  let failure = '';
  child.on('error', (error) => {
    failure = error.message;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1000);
  });
  const closed = once(child, 'close').catch(() => undefined);
  let parts = 0;
  try {
    for await (const line of lines(child.stdout)) {
      const message = JSON.parse(line) as ImageLine;
      if ('done' in message) return message.done;
      if ('failed' in message) throw unreadable(`${message.failed.code}: ${message.failed.message}`, request);
      if (++parts > partsMax) throw unreadable('it has too many files', request);
      yield message.part;
    }
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  throw unreadable(failure === '' ? `the reading process ended early ${said}`.trim() : failure, request);
}

function unreadable(message: string, request: ImageRequest): HoldfastError {
  return new HoldfastError('image-unreadable', message, { place: request.manifest });
}

async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (length > lineMax) throw new HoldfastError('image-unreadable', 'a line of the reading process is too long');
    if (rest.length > 0) parts.push(rest);
  }
}
