import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { childNamed } from './process.ts';

/** One line of `holdfast watch --json`, and when it came. */
export interface Line {
  readonly at: bigint;
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** `holdfast watch` as a user runs it. */
export class Agent {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.once('exit', () => {
      this.#ended = true;
    });
    if (child.stdout === null) throw new Error('the agent has no output');
    createInterface({ input: child.stdout }).on('line', (text) => {
      const at = process.hrtime.bigint();
      const value = JSON.parse(text) as Record<string, unknown>;
      this.lines.push({ at, type: String(value['type']), value });
    });
  }

  /** Starts it and waits until its sensor watches. */
  static async start(socket: string, store: string): Promise<Agent> {
    const main = join(import.meta.dirname, '../dist/cli/main.js');
    const args = [main, 'watch', '--containerd', socket, '--store', store, '--json'];
    const agent = new Agent(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    await agent.until((line) => line.type === 'heartbeat');
    return agent;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the agent did not start');
    return this.#child.pid;
  }

  get sensorPid(): number {
    const pid = childNamed(this.pid, 'holdfast-sensor');
    if (pid === undefined) throw new Error('the agent has no sensor');
    return pid;
  }

  async until(holds: (line: Line) => boolean, from = 0): Promise<Line> {
    const end = performance.now() + 60_000;
    for (;;) {
      const found = this.lines.slice(from).find(holds);
      if (found !== undefined) return found;
      if (this.#ended) throw new Error('the agent ended');
      if (performance.now() > end) throw new Error('the agent never said it');
      await sleep(20);
    }
  }

  /** The next heartbeat after now. */
  heartbeat(): Promise<Line> {
    return this.until((line) => line.type === 'heartbeat', this.lines.length);
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await ended;
  }
}
