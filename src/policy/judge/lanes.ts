import { HoldfastError } from '../../errors/index.ts';

export interface LaneLimits {
  /** At the same time for one registry: one that hangs holds up nobody but those who want it. */
  readonly perLane: number;
  readonly total: number;
  /** That wait, of all lanes. */
  readonly waiting: number;
}

interface Waiting {
  readonly lane: string;
  readonly begin: () => void;
}

/** Work in lanes: a few pieces at a time in each, a bounded number in all, the rest in line. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #busy = new Map<string, number>();
  #total = 0;
  #waiting: Waiting[] = [];

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** @throws HoldfastError `verification-overloaded`; the signal's reason while it waits */
  async run<T>(lane: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(lane, signal);
    try {
      return await work();
    } finally {
      this.#leave(lane);
    }
  }

  async #enter(lane: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isFree(lane)) return this.#take(lane);
    if (this.#waiting.length >= this.#limits.waiting) {
      throw new HoldfastError('verification-overloaded', `${this.#waiting.length} images wait already`, {
        place: lane,
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one: Waiting = { lane, begin: resolve };
    const stop = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#waiting.push(one);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #isFree(lane: string): boolean {
    return this.#total < this.#limits.total && (this.#busy.get(lane) ?? 0) < this.#limits.perLane;
  }

  #take(lane: string): void {
    this.#total += 1;
    this.#busy.set(lane, (this.#busy.get(lane) ?? 0) + 1);
  }

  #leave(lane: string): void {
    this.#total -= 1;
    const left = (this.#busy.get(lane) ?? 1) - 1;
    if (left === 0) this.#busy.delete(lane);
    else this.#busy.set(lane, left);
    const next = this.#waiting.findIndex((one) => this.#isFree(one.lane));
    const [begun] = next === -1 ? [] : this.#waiting.splice(next, 1);
    if (begun === undefined) return;
    this.#take(begun.lane);
    begun.begin();
  }
}
