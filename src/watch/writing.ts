import type { WatchedContainer } from './container.ts';

/**
 * What nobody waits for is written together, so often: each write is an fsync, and on most filesystems that holds up all
 * who create files meanwhile. A finding is written at once.
 */
const calmMillis = 250;

/** When what was seen of a container is written. */
export class Writing {
  private readonly containers: () => Iterable<WatchedContainer>;
  private readonly write: (container: WatchedContainer) => void;
  private readonly touched = new Set<WatchedContainer>();
  private scheduled = false;
  private calm: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(containers: () => Iterable<WatchedContainer>, write: (container: WatchedContainer) => void) {
    this.containers = containers;
    this.write = write;
  }

  /** Something of it may have changed. */
  touch(container: WatchedContainer): void {
    this.touched.add(container);
    this.soon();
  }

  forget(container: WatchedContainer): void {
    this.touched.delete(container);
  }

  /**
   * Once all that arrived together was routed: findings. The rest a little later, with what comes until then. Hashes and
   * timers don't say whose they were: containers with something to write are found by asking them.
   */
  soon(): void {
    if (this.scheduled || this.stopped) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      let waiting = false;
      for (const container of this.containers()) {
        if (container.isUrgent) this.write(container);
        else waiting ||= container.hasNews || this.touched.has(container);
      }
      if (waiting) this.calm ??= setTimeout(() => this.now(), calmMillis).unref();
    });
  }

  now(): void {
    clearTimeout(this.calm);
    this.calm = undefined;
    for (const container of this.containers())
      if (this.touched.has(container) || container.hasNews) this.write(container);
    this.touched.clear();
  }

  /** Writes what there is, and no more after it. */
  stop(): void {
    this.stopped = true;
    this.now();
  }
}
