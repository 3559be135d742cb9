import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecipeRun } from '../../../src/profile/index.ts';
import type { Output, TestContainerd } from '../../support/containerd.ts';

const patience = 30_000;
const grace = 8000;

export interface BoxOptions {
  readonly image: string;
  /** Holds the recipe, its tests and its fixtures. */
  readonly directory: string;
  readonly run: RecipeRun;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One service in a container of its own network; with what a person or a platform does to it from outside. */
export class Box implements AsyncDisposable {
  readonly id: string;
  readonly directory: string;
  private readonly containerd: TestContainerd;
  private readonly options: BoxOptions;
  private first = 0;

  private constructor(containerd: TestContainerd, id: string, options: BoxOptions) {
    this.containerd = containerd;
    this.id = id;
    this.options = options;
    this.directory = options.directory;
  }

  static async start(containerd: TestContainerd, id: string, options: BoxOptions): Promise<Box> {
    const box = new Box(containerd, id, options);
    await box.up();
    return box;
  }

  /** Of the container's first process, on the host. */
  get pid(): number {
    return this.first;
  }

  private async up(): Promise<void> {
    const { run, image, directory, environment } = this.options;
    await this.containerd.run({
      image,
      id: this.id,
      args: [...(run.entrypoint ?? []), ...(run.arguments ?? [])],
      env: { ...run.environment, ...environment },
      mounts: run.fixtures.map(({ source, target, readOnly }) => ({
        source: join(directory, source),
        target,
        readonly: readOnly,
      })),
      flags: run.user === undefined ? [] : ['--user', run.user],
      detach: true,
    });
    await this.ready();
  }

  /** The same container again, with its files, as `docker restart` does. */
  async restart(signal = 'SIGTERM'): Promise<void> {
    await this.end(signal);
    await this.containerd.try(['tasks', 'rm', '--force', this.id]);
    const log = join(this.containerd.scratch, 'logs', `${this.id}.log`);
    const flags = ['--detach', '--fifo-dir', join(this.containerd.scratch, 'fifo'), '--log-uri', `file://${log}`];
    await this.containerd.ctr('tasks', 'start', ...flags, this.id);
    await this.ready();
  }

  private async ready(): Promise<void> {
    this.first = await this.firstProcess();
    const { ports } = this.options.run;
    await this.until(() => ports.every(({ port }) => listening(this.first).has(port)), 'its ports');
  }

  private async firstProcess(): Promise<number> {
    const tasks = await this.containerd.ctr('tasks', 'ls');
    const row = tasks.split('\n').find((line) => line.split(/\s+/)[0] === this.id);
    return Number(row?.split(/\s+/)[1] ?? 0);
  }

  /** Its end by the runtime's signal, as a platform ends it. */
  async stop(signal = 'SIGTERM'): Promise<void> {
    await this.end(signal);
    await this.containerd.remove(this.id);
  }

  /** Killed after a while, as platforms do. */
  private async end(signal: string): Promise<void> {
    await this.containerd.try(['tasks', 'kill', '--signal', signal, this.id]);
    const deadline = performance.now() + grace;
    while (isAlive(this.first) && performance.now() < deadline) await sleep(20);
    if (isAlive(this.first)) await this.containerd.try(['tasks', 'kill', '--all', '--signal', 'SIGKILL', this.id]);
    await this.until(() => !isAlive(this.first), 'its end');
  }

  /** A command of the host, in the container's network. @throws when it fails */
  async host(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await execute(['nsenter', '-t', String(this.first), '-n', '--', ...command], this.directory, {
      HOLDFAST_CONTAINER: this.id,
      ...environment,
    });
    if (answer.code !== 0)
      throw new Error(`${this.id}: ${command.join(' ')}: ${answer.stderr}${answer.stdout}\n${this.log()}`);
    return answer.stdout;
  }

  /** An exec session. */
  exec(...args: readonly string[]): Promise<Output> {
    return this.containerd.exec(this.id, args);
  }

  /** To the first process, or to those of its descendants that are called so. */
  signal(signal: NodeJS.Signals, name?: string): void {
    for (const pid of name === undefined ? [this.first] : this.processes(name)) process.kill(pid, signal);
  }

  /** Descendants of the first process whose command line matches. */
  processes(name: string | RegExp): readonly number[] {
    const below = descendants(this.first);
    return below.filter((pid) => {
      const line = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      return typeof name === 'string' ? line.includes(name) : name.test(line);
    });
  }

  /** Files of the container, seen from the host. */
  path(inside: string): string {
    return `/proc/${this.first}/root${inside}`;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + patience;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`${this.id}: waited in vain for ${what}\n${this.log()}`);
      await sleep(20);
    }
  }

  log(): string {
    return this.containerd.containerLog(this.id).slice(-2000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.containerd.remove(this.id);
  }
}

export function execute(
  [program = '', ...args]: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Output> {
  return new Promise((done) => {
    const options = { cwd, env: { ...process.env, ...environment }, maxBuffer: 16 << 20, timeout: 120_000 };
    execFile(program, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
    });
  });
}

/** TCP ports that a process's network listens on, by its own table: nothing is connected to. */
function listening(pid: number): ReadonlySet<number> {
  const rows = ['tcp', 'tcp6'].flatMap((name) => textOf(`/proc/${pid}/net/${name}`).split('\n'));
  const ports = rows.map((row) => row.trim().split(/\s+/)).filter(([, , , state]) => state === '0A');
  return new Set(ports.map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16)));
}

function descendants(pid: number): readonly number[] {
  const children = list(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(descendants)];
}

function isAlive(pid: number): boolean {
  const state = /\) (\S)/.exec(textOf(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== 'Z';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
