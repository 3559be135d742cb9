import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const patience = 30_000;

/** One line of `watch --json`. */
export type Line = { readonly type: string; readonly [name: string]: unknown };

/** The command itself, as people run it, over a containerd and a store of its own. */
export class Watching implements AsyncDisposable {
  readonly containerd: TestContainerd;
  readonly scratch: string;
  readonly store: string;
  /** Of the agent that runs now, and of those before it. */
  readonly lines: Line[] = [];
  readonly errors: string[] = [];
  #agent: ChildProcess | undefined;

  private constructor(containerd: TestContainerd) {
    this.containerd = containerd;
    this.scratch = mkdtempSync(join(tmpdir(), 'holdfast-watching-'));
    this.store = join(this.scratch, 'store');
  }

  static async open(image: string, name: string): Promise<Watching> {
    const containerd = await startContainerd();
    const watching = new Watching(containerd);
    await containerd.importImage(image, name);
    return watching;
  }

  /** Starts an agent and waits until it is alive. */
  async start(environment: NodeJS.ProcessEnv = {}, further: readonly string[] = []): Promise<void> {
    const before = this.lines.length;
    this.launch(environment, further);
    await this.until(() => this.lines.slice(before).some((line) => line.type === 'heartbeat'), 'the first heartbeat');
  }

  /** Starts an agent. */
  launch(environment: NodeJS.ProcessEnv = {}, further: readonly string[] = []): void {
    const { socket } = this.containerd;
    const args = [
      'watch',
      '--json',
      '--containerd',
      socket,
      '--store',
      this.store,
      '--count-interval',
      '1',
      ...further,
    ];
    const agent = spawn(holdfast, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    this.#agent = agent;
    createInterface({ input: agent.stdout }).on('line', (line) => {
      // Killed at any moment, its last line may be half of one.
      if (line.endsWith('}')) this.lines.push(JSON.parse(line) as Line);
    });
    agent.stderr.setEncoding('utf8').on('data', (text: string) => this.errors.push(text));
  }

  get pid(): number {
    return this.#agent?.pid ?? 0;
  }

  /** Ends the agent; its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const agent = this.#agent;
    this.#agent = undefined;
    if (agent === undefined || agent.exitCode !== null) return agent?.exitCode ?? null;
    const exit = once(agent, 'close');
    agent.kill(signal);
    await exit;
    return agent.exitCode;
  }

  of(type: string, id?: string): readonly Line[] {
    const container = id === undefined ? undefined : `${this.containerd.namespace}/${id}`;
    return this.lines.filter(
      (line) => line.type === type && (container === undefined || line['container'] === container),
    );
  }

  /** Codes of the findings of one container, sorted. */
  codes(id: string): readonly string[] {
    return this.of('finding', id)
      .map((line) => String(line['code']))
      .sort();
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + patience;
    while (!condition()) {
      if (performance.now() > deadline)
        throw new Error(
          `waited in vain for ${what}; said on stderr: ${this.errors.join('')}; last lines: ${this.lines
            .slice(-5)
            .map((line) => JSON.stringify(line))
            .join('\n')}`,
        );
      if (this.#agent?.exitCode !== null && this.#agent?.exitCode !== undefined)
        throw new Error(`the agent ended (${this.#agent.exitCode}) before ${what}: ${this.errors.join('')}`);
      await sleep(20);
    }
  }

  ended(id: string): Promise<void> {
    return this.until(() => this.of('container', id).some((line) => line['state'] === 'ended'), `the end of ${id}`);
  }

  /** Another verb over the same store. */
  async verb(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return await new Promise((resolve) => {
      execFile(holdfast, [...args, '--store', this.store], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.containerd[Symbol.asyncDispose]();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
