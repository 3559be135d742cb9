import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError } from '../../errors/index.ts';
import type { Connection } from '../api/connection.ts';
import { subscribe, version } from '../api/methods.ts';
import type { ContainerEvent } from '../model.ts';
import { compare, sameDifference } from './compare.ts';
import { Describer } from './describe.ts';
import { interpret, tell } from './interpret.ts';
import { listAll } from './list.ts';
import { parseEnvelope, topics } from './parse.ts';
import { OrderedQueue } from './queue.ts';
import type { Told } from './told.ts';

/** Events that wait for the listener or for an answer of containerd's; beyond, the session ends and lists anew. */
const maxWaiting = 50_000;
/**
 * containerd gives no sign that a subscription holds; it takes well under a millisecond. So much later the first list is
 * made, and a second one soon after it makes good what fell between.
 */
const settle = 50;
const secondList = 1_000;
const confirmAfter = 500;

/** Milliseconds. */
export interface Rhythm {
  readonly relistEvery: number;
  readonly heartbeatEvery: number;
  readonly answerWithin: number;
}

/** One connection's worth of watching: the first comparison, the stream of events, the comparisons after. */
export class Session {
  readonly #connection: Connection;
  readonly #told: Told;
  readonly #rhythm: Rhythm;
  #lastAlive = new Date().toISOString();

  constructor(connection: Connection, told: Told, rhythm: Rhythm) {
    this.#connection = connection;
    this.#told = told;
    this.#rhythm = rhythm;
  }

  /** When containerd last gave a sign of life: the start of a gap that begins now. */
  get lastAlive(): string {
    return this.#lastAlive;
  }

  /** @throws HoldfastError when containerd goes away or talks nonsense; the signal's reason */
  async *events(outer: AbortSignal): AsyncGenerator<ContainerEvent> {
    const ending = new AbortController();
    const signal = AbortSignal.any([outer, ending.signal]);
    const describer = new Describer(this.#connection, signal);
    const queue = new OrderedQueue<readonly ContainerEvent[]>(maxWaiting);
    const abort = () => queue.end(outer.reason);
    outer.addEventListener('abort', abort, { once: true });
    const pump = this.#pump(queue, describer, signal);
    const comparing = this.#compareNowAndThen(queue, describer, signal);
    const beating = this.#beat(queue, signal);
    try {
      for await (const events of queue) {
        for (const event of events) {
          if (!this.#told.isNews(event)) continue;
          this.#told.note(event);
          yield event;
        }
      }
    } finally {
      outer.removeEventListener('abort', abort);
      ending.abort();
      await Promise.allSettled([pump, comparing, beating]);
    }
  }

  /** Reads containerd's stream as fast as it comes; what must be asked is asked at once and waits its turn in the queue. */
  async #pump(
    queue: OrderedQueue<readonly ContainerEvent[]>,
    describer: Describer,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for await (const envelope of this.#connection.stream(subscribe, { filters: topics }, { signal })) {
        this.#lastAlive = new Date().toISOString();
        const parsed = parseEnvelope(envelope);
        if (parsed === undefined) continue;
        if (!queue.put(interpret(parsed, describer))) throw overrun();
      }
      queue.end();
    } catch (error) {
      queue.end(error);
    }
  }

  async #compareNowAndThen(
    queue: OrderedQueue<readonly ContainerEvent[]>,
    describer: Describer,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await pause(settle, undefined, { signal });
      queue.put(this.#firstComparison(describer, signal));
      for (let next = secondList; ; next = this.#rhythm.relistEvery) {
        await pause(next, undefined, { signal });
        const events = await this.#laterComparison(describer, signal);
        if (events.length > 0) queue.put(Promise.resolve(events));
      }
    } catch (error) {
      queue.end(error);
    }
  }

  /** A containerd that hangs keeps its socket open: only an answer is a sign of life. */
  async #beat(queue: OrderedQueue<readonly ContainerEvent[]>, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await pause(this.#rhythm.heartbeatEvery, undefined, { signal });
        await this.#connection.call(version, {}, { signal, timeout: this.#rhythm.answerWithin });
        this.#lastAlive = new Date().toISOString();
      }
    } catch (error) {
      queue.end(error);
    }
  }

  /** At a connection nothing but the lists can tell what happened before: every difference is told at once. */
  async #firstComparison(describer: Describer, signal: AbortSignal): Promise<readonly ContainerEvent[]> {
    const listed = await listAll(this.#connection, signal, this.#rhythm.answerWithin);
    const time = new Date().toISOString();
    this.#lastAlive = time;
    const events = await tell(compare(this.#told.containers, listed), describer, time);
    return [...events, { type: 'connected', time }];
  }

  /**
   * While events flow, a list may be ahead of events that wait or behind those that came since: only what differs at two
   * looks was lost.
   */
  async #laterComparison(describer: Describer, signal: AbortSignal): Promise<readonly ContainerEvent[]> {
    const timeout = this.#rhythm.answerWithin;
    const look = async () => compare(this.#told.containers, await listAll(this.#connection, signal, timeout));
    const first = new Set((await look()).map(sameDifference));
    this.#lastAlive = new Date().toISOString();
    if (first.size === 0) return [];
    await pause(confirmAfter, undefined, { signal });
    const lost = (await look()).filter((difference) => first.has(sameDifference(difference)));
    return await tell(lost, describer, new Date().toISOString());
  }
}

function overrun(): HoldfastError {
  return new HoldfastError('containerd-unreachable', `its events came faster than they were taken: ${maxWaiting} wait`);
}
