/**
 * Order kept while the work on each item overlaps: items are put as promises and taken in the order they were put.
 * Bounded: a full queue refuses, and its owner must treat that as a loss.
 */
export class OrderedQueue<T> implements AsyncIterable<T> {
  readonly #items: Promise<T>[] = [];
  readonly #bound: number;
  #wake: (() => void) | undefined;
  #end: { readonly error?: unknown } | undefined;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** False when it is full or ended. */
  put(item: Promise<T>): boolean {
    item.catch(() => {}); // It is reported when it is taken.
    if (this.#end !== undefined || this.#items.length >= this.#bound) return false;
    this.#items.push(item);
    this.#wake?.();
    return true;
  }

  /** No more comes; what was put before is still given, then the error if there is one. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield await item;
      } else if (this.#end === undefined) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      } else {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      }
    }
  }
}
