import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import type { Blob, Ledger, NewEntry } from '../ledger/index.ts';

interface Waiting {
  readonly entry: NewEntry;
  readonly blobs: readonly Blob[];
  readonly done: () => void;
}

export interface RecorderEvents {
  /** The store refuses: said once per outage, with what is kept meanwhile. */
  readonly onFailure: (error: HoldfastError) => void;
  /** It takes entries again. `lost` entries had to be given up meanwhile. */
  readonly onRecovery: (lost: number) => void;
}

/** Entries kept in memory while the store refuses them. */
const waitingMax = 20_000;
const perAppend = 256;
const retryFirst = 200;
const retryMax = 5000;

/**
 * Appends in order, many at once; `done` is called only when the entry is on disk, and what is shown is shown from there.
 * A store that refuses (full disk) is tried again for as long as it takes; what no longer fits in memory is counted lost.
 */
export class Recorder {
  private readonly ledger: Ledger;
  private readonly events: RecorderEvents;
  private queue: Waiting[] = [];
  private running: Promise<void> | undefined;
  private failing = false;
  private closing = false;
  private lost = 0;

  constructor(ledger: Ledger, events: RecorderEvents) {
    this.ledger = ledger;
    this.events = events;
  }

  record(entry: NewEntry, done: () => void = nothing, blobs: readonly Blob[] = []): void {
    if (this.queue.length >= waitingMax) {
      this.lost++;
      return;
    }
    this.queue.push({ entry, blobs, done });
    this.running ??= this.drain();
  }

  /** As `record`, resolved when it is on disk: for what paces itself. */
  recorded(entry: NewEntry, blobs: readonly Blob[] = []): Promise<void> {
    return new Promise((resolve) => {
      this.record(entry, resolve, blobs);
    });
  }

  /** How many entries wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Writes what waits; a store that refuses is not waited for. Returns how many entries were given up. */
  async close(): Promise<number> {
    this.closing = true;
    await this.running;
    return this.queue.length + this.lost;
  }

  private async drain(): Promise<void> {
    // What arrives in one turn of the event loop goes together.
    await Promise.resolve();
    let retry = retryFirst;
    while (this.queue.length > 0) {
      const batch = this.queue.slice(0, perAppend);
      try {
        await this.ledger.append(
          batch.map((one) => one.entry),
          { blobs: batch.flatMap((one) => one.blobs) },
        );
      } catch (error) {
        if (!(error instanceof HoldfastError) || !retryable(error)) throw error;
        if (!this.failing) this.events.onFailure(error);
        this.failing = true;
        if (this.closing) return;
        await sleep(retry, undefined, { ref: false });
        retry = Math.min(retryMax, retry * 2);
        continue;
      }
      this.queue = this.queue.slice(batch.length);
      retry = retryFirst;
      if (this.failing) {
        this.failing = false;
        this.events.onRecovery(this.lost);
        this.lost = 0;
      }
      for (const one of batch) one.done();
    }
    this.running = undefined;
  }
}

function nothing(): void {
  // Nothing is shown of this entry.
}

function retryable(error: HoldfastError): boolean {
  return error.code === 'ledger-full' || error.code === 'ledger-io' || error.code === 'ledger-busy';
}
