import { type ContainerEvent, type WatchOptions, watchContainers } from '../../src/containers/index.ts';

type Rhythm = Omit<WatchOptions, 'signal'>;

/** A watcher that runs beside a test and keeps what it was told. */
export class Watching implements AsyncDisposable {
  readonly events: ContainerEvent[] = [];
  readonly #ending = new AbortController();
  readonly #done: Promise<void>;
  #wake: () => void = () => {};

  constructor(socket: string, options: Rhythm = {}) {
    this.#done = this.#watch(socket, options);
  }

  async #watch(socket: string, options: Rhythm): Promise<void> {
    for await (const event of watchContainers(socket, { ...options, signal: this.#ending.signal })) {
      this.events.push(event);
      this.#wake();
    }
  }

  /** The first event that fits, of those told and those to come. @throws after `within` ms with what was told instead */
  async until<E extends ContainerEvent>(fits: (event: ContainerEvent) => event is E, within?: number): Promise<E>;
  async until(fits: (event: ContainerEvent) => boolean, within?: number): Promise<ContainerEvent>;
  async until(fits: (event: ContainerEvent) => boolean, within = 20_000): Promise<ContainerEvent> {
    const deadline = performance.now() + within;
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(`not told: ${fits.toString()}\ntold: ${JSON.stringify(this.events, undefined, 1)}`);
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, left);
        this.#wake = () => {
          clearTimeout(timer);
          wake();
        };
      });
    }
  }

  /** What was told of one container, in order. */
  of(id: string): ContainerEvent[] {
    return this.events.filter((event) => idOf(event) === id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#done;
  }
}

export function idOf(event: ContainerEvent): string | undefined {
  if (event.type === 'container') return event.container.id;
  return 'ref' in event ? event.ref.id : undefined;
}
