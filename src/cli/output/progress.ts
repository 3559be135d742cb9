import { printable } from './printable.ts';

/** One line on stderr that tells what long work is at; nothing at all where stderr is no terminal. */
export interface Progress extends Disposable {
  /** Replaces the line, at most ten times a second. */
  at(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const pause = 100;

export function progress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let next = 0;
  let shown = false;
  const end = (): void => {
    if (shown) stream.write('\r\x1b[K');
    shown = false;
  };
  return {
    at(text) {
      const now = performance.now();
      if (!stream.isTTY || now < next) return;
      next = now + pause;
      shown = true;
      const room = Math.max(1, stream.columns - 1);
      stream.write(`\r\x1b[K${Array.from(printable(text)).slice(0, room).join('')}`);
    },
    end,
    [Symbol.dispose]: end,
  };
}
