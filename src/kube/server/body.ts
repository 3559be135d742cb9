import type { IncomingMessage } from 'node:http';
import { serverLimits } from './limits.ts';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'no-room' }
  | { readonly kind: 'cut' };

/** Bytes that are held for all requests together. */
export class BodyBudget {
  #held = 0;

  take(bytes: number): boolean {
    if (this.#held + bytes > serverLimits.allBodies) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }

  get held(): number {
    return this.#held;
  }
}

/** A body as sent: nothing is decompressed. Its room is given back by `release`. Never throws. */
export async function readBody(
  request: IncomingMessage,
  budget: BodyBudget,
): Promise<{ readonly body: Body; readonly release: () => void }> {
  const chunks: Buffer[] = [];
  let held = 0;
  let length = 0;
  let kind: Body['kind'] = 'whole';
  const release = (): void => {
    budget.give(held);
    held = 0;
  };
  try {
    if (Number(request.headers['content-length'] ?? 0) > serverLimits.bodyBytes) kind = 'too-long';
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > serverLimits.bodyBytes && kind === 'whole') kind = 'too-long';
      // What is sent on is read and dropped, so that the answer can arrive; but not without end.
      if (length > serverLimits.drainBytes) break;
      if (kind !== 'whole') continue;
      if (!budget.take(chunk.length)) {
        kind = 'no-room';
        continue;
      }
      held += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    kind = 'cut';
  }
  if (kind !== 'whole') release();
  return { body: kind === 'whole' ? { kind, bytes: Buffer.concat(chunks) } : { kind }, release };
}
