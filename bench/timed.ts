import { execFile } from 'node:child_process';

/** A whole process, as GNU time saw it: wall clock, and the kernel's own account of its largest resident set. */
export interface Timed {
  readonly seconds: number;
  readonly peakKib: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface TimeOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Exit statuses that are no failure; 0 unless said. */
  readonly expected?: readonly number[];
}

/** @throws Error with what it wrote where it ends otherwise than expected */
export function time(
  command: readonly string[],
  { env = process.env, expected = [0] }: TimeOptions = {},
): Promise<Timed> {
  const { promise, resolve, reject } = Promise.withResolvers<Timed>();
  const started = performance.now();
  execFile(
    '/usr/bin/time',
    ['--quiet', '-f', '%M', ...command],
    { encoding: 'utf8', maxBuffer: 256 << 20, env },
    (error, stdout, stderr) => {
      const seconds = (performance.now() - started) / 1000;
      const status = error === null ? 0 : Number(error.code);
      const lines = stderr.trimEnd().split('\n');
      const peakKib = Number(lines.pop());
      if (expected.includes(status)) resolve({ seconds, peakKib, stdout, stderr: lines.join('\n'), status });
      else reject(new Error(`${command.join(' ')}: ${status}: ${stderr}`));
    },
  );
  return promise;
}
