import type { Digest } from '../oci/index.ts';

/** What a verified result depends on. Any of the three changed, it is another result. */
export interface ResultKey {
  readonly image: Digest;
  /** `CompiledPolicy.digest`, or that of several. */
  readonly policy: Digest;
  /** Of the trusted root, or of `none`. */
  readonly trustRoot: Digest;
}

export interface ResultCacheOptions<T> {
  /** Results remembered; beyond it the one that was not asked for longest goes. */
  readonly capacity: number;
  /** How long a result is remembered, in milliseconds. Time matters to results (windows, ages, scans), so also yeses end. */
  readonly positiveMs: number;
  readonly negativeMs: number;
  readonly isPositive: (result: T) => boolean;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

interface Running<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Remembers verified results, noes only briefly, and does the work for one key once however many ask at the same time.
 * Work that throws is not remembered: an unreachable registry is asked again by the next one.
 */
export class ResultCache<T> {
  readonly #options: ResultCacheOptions<T>;
  /** In order of last use. */
  readonly #kept = new Map<string, { readonly result: T; readonly until: number }>();
  readonly #running = new Map<string, Running<T>>();

  constructor(options: ResultCacheOptions<T>) {
    this.#options = options;
  }

  /** Undefined where it has to be worked for. */
  peek(key: ResultKey): T | undefined {
    const text = textOf(key);
    const kept = this.#kept.get(text);
    if (kept === undefined) return undefined;
    this.#kept.delete(text);
    if (kept.until <= this.#options.clock()) return undefined;
    this.#kept.set(text, kept);
    return kept.result;
  }

  /**
   * The remembered result, or that of `work`, which is shared: it goes on for as long as anybody waits for it.
   * @throws what the work throws, or the reason of `signal`
   */
  async get(key: ResultKey, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const kept = this.peek(key);
    if (kept !== undefined) return kept;
    const text = textOf(key);
    const running = this.#running.get(text) ?? this.#start(text, work);
    running.waiting += 1;
    try {
      return await untilAborted(running.result, signal);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) {
        if (this.#running.get(text) === running) this.#running.delete(text);
        running.abort.abort(new DOMException('nobody waits for it any more', 'AbortError'));
      }
    }
  }

  /** Forgets everything: trust or policy has changed in a way that the keys do not show. Work under way is not remembered either. */
  clear(): void {
    this.#kept.clear();
    this.#running.clear();
  }

  get size(): number {
    return this.#kept.size;
  }

  #start(text: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const abort = new AbortController();
    const running: Running<T> = { abort, waiting: 0, result: (async () => await work(abort.signal))() };
    this.#running.set(text, running);
    void this.#finish(text, running);
    return running;
  }

  /** Keeps what came of it, unless it was forgotten meanwhile. What it throws goes to those who wait. */
  async #finish(text: string, running: Running<T>): Promise<void> {
    const [outcome] = await Promise.allSettled([running.result]);
    if (this.#running.get(text) !== running) return;
    this.#running.delete(text);
    if (outcome.status === 'fulfilled') this.#keep(text, outcome.value);
  }

  #keep(text: string, result: T): void {
    const { capacity, positiveMs, negativeMs, isPositive, clock } = this.#options;
    this.#kept.delete(text);
    this.#kept.set(text, { result, until: clock() + (isPositive(result) ? positiveMs : negativeMs) });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= capacity) break;
      this.#kept.delete(oldest);
    }
  }
}

function textOf({ image, policy, trustRoot }: ResultKey): string {
  return `${image} ${policy} ${trustRoot}`;
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
