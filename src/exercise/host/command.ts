import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endGroup } from '../../commands/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { ExecResult } from '../model.ts';
import { Tail } from './tail.ts';

export interface CommandOptions {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Milliseconds that what a command left running may hold its output open. */
const lingering = 500;

/**
 * Runs a program of this host to its end. It and what it started form a group, which is killed when the time is up or the
 * signal comes; so is what it leaves behind.
 * @throws HoldfastError `exercise-tool-missing`; the signal's reason; what `input` throws
 */
export async function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<ExecResult> {
  options.signal.throwIfAborted();
  const child = spawn(file, args, {
    cwd: options.directory,
    env: options.environment ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const tail = new Tail();
  child.stdout?.on('data', (chunk: Buffer) => tail.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => tail.add(chunk));
  let timedOut = false;
  const end = (): void => endGroup(child);
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, options.timeout);
  options.signal.addEventListener('abort', end, { once: true });
  try {
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const closed = once(child, 'close');
    closed.catch(() => {});
    const feeding = feed(child, options.input);
    feeding.catch(end);
    const [code, by] = await exited;
    end();
    await Promise.race([closed, new Promise((done) => setTimeout(done, lingering))]);
    options.signal.throwIfAborted();
    await feeding;
    return { status: code ?? 128 + (by === null ? 0 : constants.signals[by]), output: tail.text, timedOut };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && (cause as NodeJS.ErrnoException).syscall !== undefined)
      throw new HoldfastError('exercise-tool-missing', 'can not be started', { place: file, cause });
    throw cause;
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', end);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

async function feed(child: ChildProcess, input: CommandOptions['input']): Promise<void> {
  if (input === undefined || child.stdin === null) return;
  const stream = input instanceof Uint8Array ? Readable.from([input]) : Readable.from(input);
  try {
    await pipeline(stream, child.stdin);
  } catch (error) {
    // It did not want to hear the rest: its exit status says whether that was good.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw error;
  }
}
