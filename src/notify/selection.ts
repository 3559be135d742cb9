import type { Word } from '../verdict/index.ts';
import { workloadOf } from '../watch/index.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';
import { notifyLimits } from './limits.ts';
import { Recent } from './recent.ts';
import { causeOf, isNoteworthy, type Noteworthy, type Told, type VerdictTold } from './told.ts';

export interface SelectionOptions {
  /** `MACHINE:BOOT`. */
  readonly host: string;
  /** Milliseconds. */
  readonly window: number;
}

interface Sent {
  /** Unix milliseconds. */
  readonly at: number;
  readonly repeats: number;
}

/**
 * Which of what the agent tells becomes an event for others: the same cause of the same workload once a window, with the
 * number of its repeats in the next. A word that was held back as a repeat, and still holds when the window is over, is told
 * then: otherwise the last that others heard could stay wrong for ever.
 *
 * Decides by what it is given, the time too.
 */
export class Selection {
  private readonly options: SelectionOptions;
  private readonly sent = new Recent<Sent>(notifyLimits.causes);
  private readonly workloads = new Recent<string>(notifyLimits.containers);
  private readonly words = new Recent<Word>(notifyLimits.containers);
  /** The word that others heard last of a container. */
  private readonly heard = new Recent<Word>(notifyLimits.containers);
  private readonly heldBack = new Recent<VerdictTold>(notifyLimits.containers);

  constructor(options: SelectionOptions) {
    this.options = options;
  }

  /** @param now Unix milliseconds */
  select(told: Told, now: number): CloudEvent | undefined {
    if (told.type === 'container') {
      this.container(told);
      return undefined;
    }
    const before = told.type === 'verdict' ? this.words.get(told.container) : undefined;
    if (told.type === 'verdict') this.words.set(told.container, told.word);
    if (!isNoteworthy(told, before)) return undefined;
    const event = this.event(told, now);
    if (told.type === 'verdict') {
      if (event !== undefined || this.heard.get(told.container) === told.word) this.heldBack.delete(told.container);
      else this.heldBack.set(told.container, told);
    }
    return event;
  }

  /** Words that were held back, still hold, and whose window is over. */
  due(now: number): readonly CloudEvent[] {
    const events: CloudEvent[] = [];
    for (const [container, told] of this.heldBack.entries()) {
      const key = this.keyOf(told);
      const last = this.sent.get(key);
      if (last !== undefined && this.isWithin(last.at, now)) continue;
      this.heldBack.delete(container);
      // It is among the repeats already, and is told now.
      if (last !== undefined) this.sent.set(key, { ...last, repeats: Math.max(0, last.repeats - 1) });
      const event = this.event(told, now);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  private container(told: Extract<Told, { readonly type: 'container' }>): void {
    const { container, details } = told;
    if ('code' in details) {
      this.heldBack.delete(container);
      return;
    }
    const [namespace = ''] = container.split('/', 1);
    const { name, pod } = details;
    this.workloads.set(container, workloadOf(this.options.host, { namespace, name, ...(pod === null ? {} : { pod }) }));
  }

  private event(told: Noteworthy, now: number): CloudEvent | undefined {
    const key = this.keyOf(told);
    const last = this.sent.get(key);
    if (last !== undefined && this.isWithin(last.at, now)) {
      this.sent.set(key, { ...last, repeats: last.repeats + 1 });
      return undefined;
    }
    this.sent.set(key, { at: now, repeats: 0 });
    if (told.type === 'verdict') this.heard.set(told.container, told.word);
    const { host, window } = this.options;
    return cloudEvent(told, {
      host,
      workload: this.workloadOf(told),
      cause: causeOf(told),
      repeats: last?.repeats ?? 0,
      bucket: Math.floor(now / window),
    });
  }

  /** A clock that was set back does not silence anything for longer than a window. */
  private isWithin(at: number, now: number): boolean {
    return Math.abs(now - at) < this.options.window;
  }

  private workloadOf({ container }: Noteworthy): string | undefined {
    return container === null ? undefined : (this.workloads.get(container) ?? container);
  }

  private keyOf(told: Noteworthy): string {
    return JSON.stringify([this.workloadOf(told) ?? null, told.type, causeOf(told)]);
  }
}
