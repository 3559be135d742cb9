import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { endGroup } from '../../commands/index.ts';
import { notifyLimits } from '../limits.ts';
import type { Outcome, Sink } from './sink.ts';

/**
 * Events to a command, started without a shell for each one: it reads one event as a line of JSON on stdin; status 0 is
 * success. What it prints is thrown away, and what runs when its time is over is ended with all that it started.
 */
export function commandSink([program, ...words]: readonly [string, ...string[]]): Sink {
  return { name: `exec:${basename(program)}`, send: (text, signal) => run(program, words, text, signal) };
}

async function run(program: string, words: readonly string[], text: string, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return { kind: 'later', why: 'watching ends' };
  // A process group of its own, to be ended whole.
  const child = spawn(program, words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  // A command that has decided without reading everything is free to.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${text}\n`);
  child.on('error', (error: NodeJS.ErrnoException) =>
    resolve({ kind: 'later', why: `it could not be started: ${error.code ?? 'unknown'}` }),
  );
  child.on('exit', (status, killed) =>
    resolve(status === 0 ? { kind: 'done' } : { kind: 'later', why: `it ended with ${status ?? killed ?? 'nothing'}` }),
  );
  const late = setTimeout(() => resolve({ kind: 'later', why: 'it did not end in time' }), notifyLimits.command);
  const stop = (): void => resolve({ kind: 'later', why: 'watching ends' });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    endGroup(child);
    child.stdin.destroy();
  }
}
