import type { ExecEvent, OpenEvent } from '../sensor/index.ts';
import { sameFile } from './hashes.ts';
import { isLoader, withoutDeleted } from './paths.ts';

/** What a file was that the kernel opened to execute: the program, a script on its way to its interpreter, or the loader. */
export type OpenedAs = 'program' | 'script' | 'loader';

const perProcess = 16;
const processesMax = 4096;

/**
 * Files opened for execution come apart from the exec that they belong to, in either order. They wait here, by process,
 * for the exec that tells which of them was the script.
 */
export class OpenedForExec {
  private readonly waiting = new Map<number, OpenEvent[]>();

  /** True: the first of its process; whoever calls this sets a timer and takes it then. */
  add(event: OpenEvent): boolean {
    const list = this.waiting.get(event.who.pid);
    if (list !== undefined) {
      if (list.length < perProcess) list.push(event);
      return false;
    }
    if (this.waiting.size >= processesMax) return false;
    this.waiting.set(event.who.pid, [event]);
    return true;
  }

  take(pid: number): readonly OpenEvent[] {
    const list = this.waiting.get(pid) ?? [];
    this.waiting.delete(pid);
    return list;
  }

  /** Those that came with `first` of its process. None: an exec took them, and what waits now belongs to the next. */
  waitingWith(first: OpenEvent): readonly OpenEvent[] {
    const list = this.waiting.get(first.who.pid) ?? [];
    return list[0] === first ? list : [];
  }

  get size(): number {
    return this.waiting.size;
  }
}

/** Given the exec of the same process. */
export function openedAs(open: OpenEvent, exec: ExecEvent): OpenedAs {
  if (sameFile(open.file, exec.file)) return 'program';
  return isLoader(withoutDeleted(open.path)) ? 'loader' : 'script';
}
