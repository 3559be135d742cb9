/** How long a value is good, in milliseconds: `fresh` as it is, `usable` while it is worked for anew behind it. */
export interface Lifetime {
  readonly fresh: number;
  readonly usable: number;
}

export interface MemoryOptions<T> {
  readonly capacity: number;
  /** What all values together may weigh. */
  readonly capacityWeight?: number;
  readonly weight?: (value: T) => number;
  readonly lifetime: (value: T) => Lifetime;
  /** How long a failure is remembered, so that what is down is not asked by everybody at once. */
  readonly failureMs: number;
  /** How long one piece of work may take: it does not end because nobody waits for it any more. */
  readonly workMs: number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Ends all work. */
  readonly closing: AbortSignal;
}

export type Work<T> = (signal: AbortSignal) => Promise<T>;

interface Kept<T> {
  readonly outcome: { readonly value: T } | { readonly error: unknown };
  readonly since: number;
  readonly weight: number;
}

/**
 * Remembers what work came to, and does it once however many ask. Work goes on when those who asked have gone: their next
 * question finds the answer. What grows old is renewed before it has to be waited for.
 */
export class Memory<T> {
  readonly #options: MemoryOptions<T>;
  /** In order of last use. */
  readonly #kept = new Map<string, Kept<T>>();
  readonly #running = new Map<string, Promise<T>>();
  #weight = 0;

  constructor(options: MemoryOptions<T>) {
    this.#options = options;
  }

  /** What is remembered and still usable; asks nobody. */
  peek(key: string): T | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || 'error' in kept.outcome) return undefined;
    return this.#age(kept) < this.#options.lifetime(kept.outcome.value).usable ? kept.outcome.value : undefined;
  }

  /** Milliseconds since the value was worked for; undefined where there is none. */
  age(key: string): number | undefined {
    const kept = this.#kept.get(key);
    return kept === undefined || 'error' in kept.outcome ? undefined : this.#age(kept);
  }

  /** @throws what the work throws, now or a moment ago */
  async get(key: string, work: Work<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      const age = this.#age(kept);
      if ('error' in kept.outcome) {
        if (age < this.#options.failureMs) throw kept.outcome.error;
      } else {
        const { fresh, usable } = this.#options.lifetime(kept.outcome.value);
        if (age < usable) {
          this.#kept.delete(key);
          this.#kept.set(key, kept);
          if (age >= fresh) void this.#start(key, work).catch(() => undefined);
          return kept.outcome.value;
        }
      }
    }
    return await this.#start(key, work);
  }

  /** The work anew, whatever is remembered. */
  renew(key: string, work: Work<T>): Promise<T> {
    return this.#start(key, work);
  }

  /** Pieces of work under way. */
  get running(): number {
    return this.#running.size;
  }

  get size(): number {
    return this.#kept.size;
  }

  #age({ since }: Kept<T>): number {
    return this.#options.clock() - since;
  }

  #start(key: string, work: Work<T>): Promise<T> {
    const already = this.#running.get(key);
    if (already !== undefined) return already;
    const { closing, workMs } = this.#options;
    const running = this.#run(key, work, AbortSignal.any([closing, AbortSignal.timeout(workMs)]));
    this.#running.set(key, running);
    return running;
  }

  async #run(key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
    // The caller has to have entered it among the running before it can end.
    await Promise.resolve();
    try {
      const value = await work(signal);
      this.#keep(key, { value });
      return value;
    } catch (error) {
      // A yes that was true a moment ago is not forgotten because the registry is down now; it ends when it ends.
      if (!this.#options.closing.aborted && this.peek(key) === undefined) this.#keep(key, { error });
      throw error;
    } finally {
      this.#running.delete(key);
    }
  }

  #keep(key: string, outcome: Kept<T>['outcome']): void {
    const { capacity, capacityWeight = Number.POSITIVE_INFINITY, weight = () => 0, clock } = this.#options;
    this.#forget(key);
    const kept = { outcome, since: clock(), weight: 'value' in outcome ? weight(outcome.value) : 0 };
    this.#kept.set(key, kept);
    this.#weight += kept.weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= capacity && this.#weight <= capacityWeight) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#weight -= kept.weight;
  }
}
