import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { editSpec } from '../../containers/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { runCommand } from '../host/command.ts';
import type { Ctr } from '../host/ctr.ts';
import { listeningPorts } from '../host/network.ts';
import { Tail } from '../host/tail.ts';
import type { ExecOptions, ExecResult } from '../model.ts';
import { removeContainer } from '../stage/namespace.ts';

export interface ContainerOptions {
  readonly ctr: Ctr;
  readonly socket: string;
  readonly namespace: string;
  readonly id: string;
  readonly image: string;
  /** A directory of its own, for its files and pipes. */
  readonly scratch: string;
  /** A file of its network namespace. */
  readonly network: string;
  readonly stopSignal: string;
  readonly edit: (spec: unknown) => unknown;
}

interface StoredSpec {
  readonly process: { readonly [name: string]: unknown };
  readonly [name: string]: unknown;
}

const defaults = { exec: 30_000, start: 60_000, ready: 120_000, stop: 10_000 };

/** One container, from its making to its end. */
export class Container implements AsyncDisposable {
  readonly id: string;
  private readonly options: ContainerOptions;
  private readonly said = new Tail();
  private child: ChildProcess | undefined;
  private end: number | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  private pidOf: number | undefined;
  private execs = 0;

  private constructor(options: ContainerOptions) {
    this.options = options;
    this.id = options.id;
  }

  /** Makes it; nothing runs yet. @throws HoldfastError `containerd-refused`, as `editSpec` */
  static async make(options: ContainerOptions, signal: AbortSignal): Promise<Container> {
    const { ctr, image, id, socket, namespace } = options;
    await mkdir(join(options.scratch, 'pipes'), { recursive: true });
    const container = new Container(options);
    try {
      await ctr.run(['containers', 'create', image, id, 'as-edited'], { signal });
      await editSpec({ socket, namespace, id, signal }, options.edit);
      return container;
    } catch (error) {
      await container[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @throws HoldfastError `exercise-not-ready`: it could not be started */
  async start(signal: AbortSignal): Promise<void> {
    const { ctr, scratch } = this.options;
    const pidFile = join(scratch, 'pid');
    const child = ctr.start(['tasks', 'start', '--pid-file', pidFile, '--fifo-dir', this.pipes, this.id]);
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.said.add(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.said.add(chunk));
    this.ended = this.follow(child);
    const deadline = performance.now() + defaults.start;
    while (this.pidOf === undefined) {
      const text = await readFile(pidFile, 'utf8').catch(() => '');
      if (/^\d+$/.test(text)) this.pidOf = Number(text);
      else if (this.end !== undefined) throw this.notReady(`could not be started`);
      else if (performance.now() > deadline) throw this.notReady('did not start in time');
      else await pause(10, undefined, { signal });
    }
  }

  /**
   * @param within milliseconds
   * @throws HoldfastError `exercise-not-ready`, with what it said last
   */
  async ready(ports: readonly number[], signal: AbortSignal, within: number = defaults.ready): Promise<void> {
    const deadline = performance.now() + within;
    for (;;) {
      if (ports.length === 0) return;
      if (this.end !== undefined) throw this.notReady(`ended with status ${this.end} before it listened`);
      const open = await listeningPorts(this.pid);
      const closed = ports.filter((one) => open?.has(one) !== true);
      if (closed.length === 0) return;
      if (performance.now() > deadline)
        throw this.notReady(`does not listen on ${closed.map((one) => `tcp ${one}`).join(', ')}`);
      await pause(50, undefined, { signal });
    }
  }

  /** Its exit status; undefined: still up after so many milliseconds. */
  async whole(timeout: number, signal: AbortSignal): Promise<number | undefined> {
    const limit = new AbortController();
    try {
      await Promise.race([this.ended, pause(timeout, undefined, { signal: AbortSignal.any([signal, limit.signal]) })]);
      return this.end;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      limit.abort();
    }
  }

  get pid(): number {
    if (this.pidOf === undefined) throw new HoldfastError('internal', 'a container that was not started');
    return this.pidOf;
  }

  get exitStatus(): number | undefined {
    return this.end;
  }

  /** The last it said. */
  get log(): string {
    return this.said.lines(20);
  }

  async exec(command: readonly string[], options: ExecOptions, signal: AbortSignal): Promise<ExecResult> {
    if (options.user === undefined) return await this.execAsItself(command, options, signal);
    const [uid = '', gid = '0'] = options.user.split(':');
    const user = { uid: Number(uid), gid: Number(gid), additionalGids: [] };
    // Not by ctr's own --user: it mounts the container's layers a second time, which spoils the overlay under the first.
    // What is stored is what the next process is made from; the one that runs is not touched.
    let before: unknown;
    await this.edited((spec) => {
      before = spec;
      return { ...spec, process: { ...spec.process, user } };
    }, signal);
    try {
      return await this.execAsItself(command, options, signal);
    } finally {
      await this.edited(() => before as StoredSpec, new AbortController().signal);
    }
  }

  private async edited(edit: (spec: StoredSpec) => StoredSpec, signal: AbortSignal): Promise<void> {
    const { socket, namespace, id } = this.options;
    await editSpec({ socket, namespace, id, signal }, (spec) => edit(spec as StoredSpec));
  }

  private async execAsItself(
    command: readonly string[],
    options: ExecOptions,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    const name = `exec-${++this.execs}`;
    const args = ['tasks', 'exec', '--exec-id', name, '--fifo-dir', this.pipes, this.id, ...command];
    const limits = { signal, timeout: options.timeout ?? defaults.exec };
    const result = await this.options.ctr.try(args, {
      ...limits,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    // The client was killed, not what it had started.
    if (result.timedOut) await this.options.ctr.try(['tasks', 'kill', '-s', 'SIGKILL', '--exec-id', name, this.id]);
    return result;
  }

  async beside(
    command: readonly string[],
    options: Pick<ExecOptions, 'input' | 'timeout'>,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    return await runCommand('nsenter', [`--net=${this.options.network}`, '--', ...command], {
      signal,
      timeout: options.timeout ?? defaults.exec,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }

  /** A program that runs its arguments in the container: for test commands. */
  async execScript(): Promise<string> {
    const { ctr, scratch } = this.options;
    const words = ctr.words(['tasks', 'exec', '--fifo-dir', this.pipes]).map(quoted).join(' ');
    const file = join(scratch, 'exec');
    await writeFile(file, `#!/bin/sh\nexec ${words} --exec-id "test-$$" ${quoted(this.id)} "$@"\n`, { mode: 0o755 });
    return file;
  }

  /** As a kubelet does: the image's signal, some time, then the one that can't be caught. */
  async stop(): Promise<void> {
    if (this.child === undefined || this.end !== undefined) return;
    const { ctr, stopSignal } = this.options;
    await ctr.try(['tasks', 'kill', '-s', stopSignal, this.id]);
    if (!(await this.endsWithin(defaults.stop))) await this.kill();
  }

  private async kill(): Promise<void> {
    if (this.child === undefined || this.end !== undefined) return;
    await this.options.ctr.try(['tasks', 'kill', '-a', '-s', 'SIGKILL', this.id]);
    await this.endsWithin(defaults.stop);
  }

  /** At once: whoever wants it to end in its own time has stopped it before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await removeContainer(this.options.ctr, this.id);
    if (this.child !== undefined && this.end === undefined) this.child.kill('SIGKILL');
  }

  private async follow(child: ChildProcess): Promise<void> {
    try {
      const [code] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      this.end = code ?? 137;
    } catch {
      this.end = 255;
    }
  }

  private get pipes(): string {
    return join(this.options.scratch, 'pipes');
  }

  private async endsWithin(millis: number): Promise<boolean> {
    return (await this.whole(millis, new AbortController().signal)) !== undefined;
  }

  private notReady(what: string): HoldfastError {
    const log = this.log;
    const said = log === '' ? 'it said nothing' : `it said last:\n${log}`;
    return new HoldfastError('exercise-not-ready', `${what}; ${said}`, { place: `container ${this.id}` });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
