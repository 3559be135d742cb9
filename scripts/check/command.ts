import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Tally } from './stage.ts';

const grace = 20_000;

/** Ends the whole process group: politely, so that tests can take their containers down, then for good. */
function endAt(signal: AbortSignal, child: ChildProcess): () => void {
  let last: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const end = (): void => {
    kill('SIGTERM');
    last = setTimeout(kill, grace, 'SIGKILL');
  };
  signal.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(last);
    signal.removeEventListener('abort', end);
  };
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** A pipe of its own that the child writes to as descriptor 3. */
  readonly onRecord?: (line: string) => void;
}

/** Runs a program with its output on ours and no input. @returns its exit code; undefined = ended by a signal or not there */
export async function run(command: Command): Promise<number | undefined> {
  const child = spawn(command.file, [...command.args], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    detached: true,
    env: { ...process.env, ...command.env },
  });
  const release = endAt(command.signal, child);
  const records = child.stdio[3] as NodeJS.ReadableStream;
  let rest = '';
  records.setEncoding('utf8');
  records.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) command.onRecord?.(line);
  });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    if (command.signal.aborted) process.stdout.write(`${command.file}: ended: ${String(command.signal.reason)}\n`);
    return code ?? undefined;
  } finally {
    release();
    records.removeAllListeners();
    (records as unknown as { destroy(): void }).destroy();
  }
}

/** A program whose exit code is the verdict: one passed or one failed. */
export async function verdictOf(file: string, args: readonly string[], signal: AbortSignal): Promise<Tally> {
  const good = (await run({ file, args, signal })) === 0;
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, leftOut: [] };
}
