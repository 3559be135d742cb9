import { delayAfter } from './backoff.ts';
import { type CloudEvent, eventText } from './cloud-event.ts';
import { notifyLimits } from './limits.ts';
import { EventQueue } from './queue.ts';
import type { Outcome, Sink } from './sinks/sink.ts';

/** Time and chance, for tests to hold. */
export interface Clock {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or when the signal says so. Never rejects. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

export type NoticeCode = 'notify-failing' | 'notify-refused' | 'notify-dropped' | 'notify-back';
export type Notice = (code: NoticeCode, message: string) => void;

/**
 * Hands one receiver its events, one after the other in their order, for as long as it takes. Trouble is told once when it
 * begins and once when it is over.
 */
export class Delivery {
  private readonly sink: Sink;
  private readonly clock: Clock;
  private readonly notice: Notice;
  private readonly queue = new EventQueue(notifyLimits.queue);
  /** Nothing comes any more: what waits is tried without long pauses. */
  private readonly ending = new AbortController();
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private awake = Promise.withResolvers<void>();
  private failing = false;
  private dropping = false;
  private readonly refusals = new Set<string>();

  constructor(sink: Sink, clock: Clock, notice: Notice) {
    this.sink = sink;
    this.clock = clock;
    this.notice = notice;
    this.running = this.run();
  }

  push(event: CloudEvent): void {
    if (this.ending.signal.aborted) return;
    if (!this.queue.push(event) && !this.dropping) {
      this.dropping = true;
      this.notice('notify-dropped', `${this.sink.name}: more waits for it than is kept; events are dropped`);
    }
    this.awake.resolve();
  }

  /** Tries what waits until `signal`; what is left then is said to be lost. */
  async end(signal: AbortSignal): Promise<void> {
    this.ending.abort();
    this.awake.resolve();
    const stop = (): void => this.stopping.abort();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    await this.running;
    signal.removeEventListener('abort', stop);
    const lost = this.queue.size + this.queue.dropped;
    if (lost > 0) this.notice('notify-dropped', `${this.sink.name}: ${lost} events were not delivered`);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const event = this.queue.take();
      if (event !== undefined) await this.deliver(event);
      else if (this.ending.signal.aborted) return;
      else {
        await this.awake.promise;
        this.awake = Promise.withResolvers<void>();
      }
    }
  }

  private async deliver(event: CloudEvent): Promise<void> {
    const begun = this.clock.now();
    for (let attempt = 1; ; attempt += 1) {
      const { dropped } = this.queue;
      const text = eventText(event, dropped, notifyLimits.bodyBytes);
      const outcome = await this.attempt(text);
      if (outcome.kind === 'done') {
        this.queue.told(dropped);
        this.isBack(dropped);
        return;
      }
      if (outcome.kind === 'never') {
        this.queue.lost();
        this.isRefused(outcome.why);
        return;
      }
      this.fails(outcome.why);
      const delay = delayAfter(attempt, this.clock.random(), outcome.after);
      if (this.stopping.signal.aborted || Math.abs(this.clock.now() + delay - begun) > notifyLimits.giveUp) {
        this.queue.lost();
        return;
      }
      await this.pause(delay);
    }
  }

  /** Whatever goes wrong with a receiver, watching goes on. */
  private async attempt(text: string): Promise<Outcome> {
    try {
      return await this.sink.send(text, this.stopping.signal);
    } catch {
      return { kind: 'later', why: 'it could not be tried' };
    }
  }

  /** While it ends, what the receiver asked for can't be waited for. */
  private async pause(delay: number): Promise<void> {
    const { ending, stopping } = this;
    if (!ending.signal.aborted) {
      await this.clock.sleep(delay, ending.signal);
      return;
    }
    await this.clock.sleep(Math.min(delay, notifyLimits.firstDelay), stopping.signal);
  }

  private fails(why: Extract<Outcome, { readonly kind: 'later' }>['why']): void {
    if (this.failing) return;
    this.failing = true;
    this.notice('notify-failing', `${this.sink.name}: ${why}; it is tried again, events wait`);
  }

  private isRefused(why: string): void {
    if (this.refusals.has(why)) return;
    this.refusals.add(why);
    this.notice('notify-refused', `${this.sink.name}: ${why}; events that it does not take are not sent again`);
  }

  private isBack(dropped: number): void {
    this.refusals.clear();
    if (this.failing || this.dropping)
      this.notice(
        'notify-back',
        `${this.sink.name}: it takes events again; ${dropped === 0 ? 'none' : dropped} were lost`,
      );
    this.failing = false;
    this.dropping = false;
  }
}
