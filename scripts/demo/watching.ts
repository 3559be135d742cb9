import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 60_000;

/** `holdfast watch` as a child; its lines go to the screen as they come. */
export class Watching implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcess, show: (line: string) => void) {
    this.#child = child;
    this.#ended = new Promise((done) => child.once('exit', done));
    if (child.stdout === null) throw new Error('watch has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      show(line);
    });
  }

  static async start(holdfast: string, options: readonly string[], show: (line: string) => void): Promise<Watching> {
    const args = ['watch', ...options];
    // A group of its own: a Ctrl-C on the terminal must end it after its containers, by us.
    const child = spawn(holdfast, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const watching = new Watching(child, show);
    await watching.until(/./, AbortSignal.timeout(patience));
    return watching;
  }

  /** Waits for a line. @throws when it never comes */
  async until(pattern: RegExp, signal: AbortSignal): Promise<void> {
    const end = performance.now() + patience;
    while (!this.#lines.some((line) => pattern.test(line))) {
      if (this.#child.exitCode !== null) throw new Error(`watch ended with ${this.#child.exitCode}`);
      if (performance.now() > end) throw new Error(`watch never said ${pattern}`);
      await sleep(50, undefined, { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
