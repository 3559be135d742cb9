import type { ExecEvent, OpenEvent, ProcessRef } from '../sensor/index.ts';
import type { FileMemory } from './file-memory.ts';
import { sameFile } from './hashes.ts';
import { looksLikeScript } from './interpreters.ts';
import { isLoader, withoutDeleted } from './paths.ts';
import type { Programs } from './programs.ts';
import type { Sighting } from './sighting.ts';

/** Queues of the kernel differ in speed: so long an event waits for the exec that explains it. */
export const orderMillis = 50;
/** A busy host can keep a process so long between opening its program and running it. */
const stalledMillis = 1000;
const perProcess = 16;
const processesMax = 4096;

/** What of a container is asked here. */
export interface OpenedFor {
  readonly programs: Programs;
  readonly known: FileMemory;
  readonly later: (millis: number, action: () => void) => void;
  /** What a file was that was opened to be executed, and which process did. */
  readonly sight: (open: OpenEvent, ran: Sighting['ran'], who: ProcessRef) => void;
}

/**
 * Files opened for execution come apart from the exec that they belong to, in either order. They wait here, by process,
 * for the exec that tells which of them was the program, the loader, or a script on its way to its interpreter.
 */
export class OpenedForExec {
  /** A program of the container's own was opened. */
  any = false;
  private readonly container: OpenedFor;
  private readonly waiting = new Map<number, OpenEvent[]>();
  private readonly scripts = new Set<string>();

  constructor(container: OpenedFor) {
    this.container = container;
  }

  take(event: OpenEvent): void {
    this.any = true;
    const exec = this.container.programs.lastExecOf(event.who);
    // The exec came first: the file was opened for it when it lies just before it.
    if (exec !== undefined && exec.time >= event.time) this.explain(event, exec);
    else {
      const added = this.add(event);
      if (added === 'first') this.container.later(orderMillis, () => this.unexplained(event));
      else if (added === 'full') this.atOnce(event);
    }
  }

  /** More wait than is kept: it is judged as what it looks like, rather than not at all. */
  private atOnce(open: OpenEvent): void {
    const ran = this.ranAlone(open);
    if (ran !== undefined) this.sight(open, ran, open.who);
  }

  /** Those of a process whose exec was told now: they wait no longer. */
  takeOf(pid: number): readonly OpenEvent[] {
    const list = this.waiting.get(pid) ?? [];
    this.waiting.delete(pid);
    return list;
  }

  /** By an exec that was told: its program was judged there. */
  explain(open: OpenEvent, exec: ExecEvent): void {
    if (sameFile(open.file, exec.file)) return;
    const ran = isLoader(withoutDeleted(open.path)) ? 'library' : 'script';
    this.sight(open, ran, { ...exec.self, program: exec.key });
  }

  /** Processes whose files wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** `first` of its process; `full`: it does not wait. */
  private add(event: OpenEvent): 'first' | 'next' | 'full' {
    const list = this.waiting.get(event.who.pid);
    if (list !== undefined) {
      if (list.length >= perProcess) return 'full';
      list.push(event);
      return 'next';
    }
    if (this.waiting.size >= processesMax) return 'full';
    this.waiting.set(event.who.pid, [event]);
    return 'first';
  }

  /** No new exec came: a known one ran again, of which at least one file is new; or it was the runtime's own. */
  private unexplained(first: OpenEvent, stalled = false): void {
    const list = this.waiting.get(first.who.pid);
    // An exec took those, and what waits now belongs to the next.
    if (list?.[0] !== first) return;
    const alone = list.flatMap((open) => {
      const ran = this.ranAlone(open);
      return ran === undefined ? [] : [{ open, ran }];
    });
    if (!stalled && alone.some(({ ran }) => ran === 'exec')) {
      this.container.later(stalledMillis, () => this.unexplained(first, true));
      return;
    }
    this.waiting.delete(first.who.pid);
    for (const { open, ran } of alone) this.sight(open, ran, open.who);
  }

  /** As what a file was opened of which no exec tells; undefined where that is known. */
  private ranAlone(open: OpenEvent): Sighting['ran'] | undefined {
    const { programs, known } = this.container;
    if (programs.get(open.who.program)?.runtime === true || known.wasExecuted(open.file)) return undefined;
    const path = withoutDeleted(open.path);
    if (isLoader(path)) return 'library';
    return this.scripts.has(path) || looksLikeScript(path) ? 'script' : 'exec';
  }

  private sight(open: OpenEvent, ran: Sighting['ran'], who: ProcessRef): void {
    if (ran === 'script') this.scripts.add(withoutDeleted(open.path));
    this.container.sight(open, ran, who);
  }
}
