import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const appender = fileURLToPath(new URL('./appender.ts', import.meta.url));

export interface Appender {
  readonly process: ChildProcess;
  /** Whole lines printed so far. */
  readonly lines: string[];
  /** Resolves when this many lines are there, or when it has ended. */
  reached(lines: number): Promise<void>;
  /** Resolves to the signal or exit code. */
  readonly ended: Promise<string | number | null>;
}

/** The child ends with the test, however that goes. */
export function startAppender(context: TestContext, args: readonly string[], via: readonly string[] = []): Appender {
  const command = [...via, process.execPath, appender, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let rest = '';
  const state: { over: boolean; wake?: () => void } = { over: false };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    state.wake?.();
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    state.over = true;
    state.wake?.();
    return (signal ?? code) as string | number | null;
  });
  return {
    process: child,
    lines,
    ended,
    async reached(count) {
      while (lines.length < count && !state.over) {
        const { promise, resolve } = Promise.withResolvers<void>();
        state.wake = resolve;
        await promise;
      }
    },
  };
}

export interface Acknowledged {
  readonly first: number;
  readonly last: number;
  readonly lane: number;
  readonly n: number;
}

export function acknowledged(lines: readonly string[]): Acknowledged[] {
  return lines
    .filter((line) => line.startsWith('ack '))
    .map((line) => {
      const [first = -1, last = -1, lane = -1, n = -1] = line.split(' ').slice(1).map(Number);
      return { first, last, lane, n };
    });
}
