import type { ExecEvent, ProcessRef } from '../sensor/index.ts';
import type { ProcessInfo } from './model.ts';

export interface Program {
  /** Of the executable that really runs. */
  readonly path: string;
  readonly argv: readonly string[];
  /** A container runtime at work in the container's cgroup, not the container. */
  readonly runtime: boolean;
}

const programsMax = 2048;

/** The executions of one container by the kernel's key, so that a process can be named long after its exec was told. */
export class Programs {
  private readonly known = new Map<bigint, Program>();

  add(event: ExecEvent, path: string, runtime: boolean): void {
    this.known.delete(event.key);
    this.known.set(event.key, { path, argv: event.argv, runtime });
    if (this.known.size > programsMax) {
      const oldest = this.known.keys().next();
      if (oldest.done !== true) this.known.delete(oldest.value);
    }
  }

  get(key: bigint): Program | undefined {
    return this.known.get(key);
  }

  describe(process: ProcessRef, ancestors: readonly ProcessRef[]): ProcessInfo {
    const program = this.known.get(process.program);
    return {
      pid: process.pid,
      path: program?.path ?? '',
      argv: program?.argv ?? [],
      uid: process.uid,
      parents: ancestors.map((one) => {
        const parent = this.known.get(one.program);
        return { pid: one.pid, path: parent?.path ?? '', argv: parent?.argv ?? [] };
      }),
    };
  }
}
