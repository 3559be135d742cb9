import type { ExecEvent, ProcessRef } from '../sensor/index.ts';
import { embeddedBy, loads } from './interpreters.ts';
import type { ProcessInfo } from './model.ts';

export interface Program {
  /** Of the executable that really runs. */
  readonly path: string;
  readonly argv: readonly string[];
  /** A container runtime at work in the container's cgroup, not the container. */
  readonly runtime: boolean;
}

const programsMax = 2048;
/** More than the sensor tells of one container: 4096 executions, and 1024 without their arguments. */
const plainMax = 8192;
const processesMax = 1024;
const waitersMax = 4096;
const embeddingMax = 256;

/** An execve takes no longer between mapping its program and running it. */
const duringExecNanos = 1_500_000n;
const execsPerProcess = 8;

/** Parents' arguments say what they are; the whole is in the parent's own observation. */
const parentArguments = 16;
const parentArgumentLength = 256;

/**
 * The executions of one container by the kernel's key, so that a process can be named long after its exec was told, and
 * the last exec of each process.
 */
export class Programs {
  private readonly known = new Map<bigint, Program>();
  /** Those before, without their arguments: who could push them out could start what he wants from a parent nobody knows. */
  private readonly plain = new Map<bigint, Program>();
  private readonly execs = new Map<number, readonly ExecEvent[]>();
  private readonly waiters = new Map<bigint, (() => void)[]>();
  private waiting = 0;
  /** By the path of a program: what the interpreters' libraries that it mapped run. */
  private readonly embedded = new Map<string, Set<string>>();

  add(event: ExecEvent, path: string, runtime: boolean): void {
    for (const [key, old] of put(this.known, event.key, { path, argv: event.argv, runtime }, programsMax))
      put(this.plain, key, { ...old, argv: [] }, plainMax);
    const before = (this.execs.get(event.self.pid) ?? []).filter((one) => one.self.start === event.self.start);
    put(this.execs, event.self.pid, [...before.slice(1 - execsPerProcess), event], processesMax);
  }

  get(key: bigint): Program | undefined {
    return this.known.get(key) ?? this.plain.get(key);
  }

  /** A program mapped code: by an interpreter's library it is an interpreter from now on, in all its processes. */
  maps(key: bigint, library: string): void {
    const program = this.get(key);
    const endings = program === undefined ? [] : embeddedBy(library);
    if (program === undefined || endings.length === 0) return;
    put(this.embedded, program.path, new Set([...(this.embedded.get(program.path) ?? []), ...endings]), embeddingMax);
  }

  /** Does it run a file of this name when it opens it? */
  loads(key: bigint, path: string): boolean {
    const program = this.get(key);
    return program !== undefined && loads(program.path, path, this.embedded.get(program.path));
  }

  /** The last exec that was told of this very process. */
  lastExecOf(who: ProcessRef): ExecEvent | undefined {
    const exec = this.execs.get(who.pid)?.at(-1);
    return exec !== undefined && exec.self.start === who.start ? exec : undefined;
  }

  /**
   * The program that a process was made by. Its parent may have executed another since (`service & exec main` of an
   * entrypoint): which of the two came first is chance, so what counts is what it was when the process began.
   * @param began boot nanoseconds
   */
  maker(parent: ExecEvent['ancestors'][number] | undefined, began: bigint): Program | undefined {
    if (parent === undefined) return undefined;
    const execs = (this.execs.get(parent.pid) ?? []).filter((one) => one.self.start === parent.start);
    const last = execs.at(-1);
    // A known program is executed in silence: then nothing is known of the time.
    const since = last?.key === parent.program && last.time > began;
    const then = since ? execs.findLast((one) => one.time <= began) : undefined;
    return this.get(then?.key ?? parent.program);
  }

  /** Runs once the program is known: now, or when `arrived` is called for it. False: too many wait already. */
  whenKnown(key: bigint, action: () => void): boolean {
    if (this.waiting >= waitersMax) return false;
    this.waiting++;
    const list = this.waiters.get(key);
    if (list === undefined) this.waiters.set(key, [action]);
    else list.push(action);
    return true;
  }

  /** Its exec was told, or was waited for long enough. */
  release(key: bigint): void {
    const list = this.waiters.get(key);
    if (list === undefined) return;
    this.waiters.delete(key);
    this.waiting -= list.length;
    for (const action of list) action();
  }

  get pending(): number {
    return this.waiting;
  }

  /**
   * As `describe`, for what a process did at `time`: the sensor names its program as of when it reads the event, and the
   * kernel maps a program shortly before it says that it runs it.
   */
  describeAt(process: ProcessRef, time: bigint): ProcessInfo {
    const execs = (this.execs.get(process.pid) ?? []).filter((one) => one.self.start === process.start);
    const exec =
      execs.find((one) => one.time >= time && one.time - time < duringExecNanos) ??
      execs.findLast((one) => one.time <= time);
    return this.describe(exec === undefined ? process : { ...process, program: exec.key });
  }

  describe(process: ProcessRef): ProcessInfo {
    const program = this.get(process.program);
    return {
      pid: process.pid,
      path: program?.path ?? '',
      argv: program?.argv ?? [],
      uid: process.uid,
      parents: (this.lastExecOf(process)?.ancestors ?? []).map((one) => {
        const parent = this.get(one.program);
        const argv = (parent?.argv ?? []).slice(0, parentArguments).map((text) => text.slice(0, parentArgumentLength));
        return { pid: one.pid, path: parent?.path ?? '', argv };
      }),
    };
  }
}

/** The least recently put goes first. Returns what went. */
function put<K, V>(map: Map<K, V>, key: K, value: V, max: number): readonly (readonly [K, V])[] {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return [];
  const [oldest] = map;
  if (oldest !== undefined) map.delete(oldest[0]);
  return oldest === undefined ? [] : [oldest];
}
