import { type Expected, verified } from './blobs.ts';
import type { BlobContent } from './repository.ts';

/** A blob's bytes from the start, checked against what was announced. */
export function openContent(
  content: BlobContent,
  expected: Expected,
  place: string,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  return verified(content instanceof Uint8Array ? once(content) : content(signal), expected, place);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes);
}

/** Parts of a stream one after the other; only who goes back makes it open anew. */
export interface Slices extends AsyncDisposable {
  /** The bytes from `start` to `end`. After the `last` part the stream is read to its end, so that its checks are made. */
  part(start: number, end: number, last: boolean): AsyncGenerator<Uint8Array, void, void>;
}

export function slicesOf(open: () => AsyncIterable<Uint8Array>): Slices {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  let at = 0;
  let rest: Uint8Array = new Uint8Array(0);
  const take = (length: number): Uint8Array => {
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    at += taken.length;
    return taken;
  };
  return {
    async *part(start, end, last) {
      if (iterator === undefined || at !== start) {
        await iterator?.return?.();
        iterator = open()[Symbol.asyncIterator]();
        at = 0;
        rest = new Uint8Array(0);
      }
      for (;;) {
        if (at >= end && !last) return;
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done === true) return;
          rest = next.value;
        } else if (at < start) take(start - at);
        else if (at < end) yield take(end - at);
        // A byte more than was announced: `open` has its own check for that.
        else take(rest.length);
      }
    },
    async [Symbol.asyncDispose]() {
      await iterator?.return?.();
    },
  };
}
