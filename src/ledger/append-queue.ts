import { setImmediate, setTimeout } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import type { Facts } from './facts.ts';
import { type Append, writeGroup } from './group.ts';
import type { Appended } from './model.ts';
import { ledgerError } from './sqlite-error.ts';
import type { Statements } from './statements.ts';

/** What may wait for the disk, and what goes into one transaction: a group holds up the event loop, so it stays small. */
const queueBounds = { entries: 65_536, bytes: 256 * 1024 * 1024 } as const;
const groupBounds = { entries: 512, bytes: 16 * 1024 * 1024 } as const;

interface Waiting {
  readonly append: Append;
  readonly bytes: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: HoldfastError) => void;
}

/** Appends in the order they came, many to one transaction: who waits, waits for one fsync together with all others. */
export class AppendQueue {
  readonly #statements: Statements;
  readonly #facts: Facts;
  readonly #place: string;
  readonly #lingerMilliseconds: number;
  #waiting: Waiting[] = [];
  #entries = 0;
  #bytes = 0;
  #draining: Promise<void> | undefined;

  constructor(statements: Statements, facts: Facts, place: string, lingerMilliseconds: number) {
    this.#statements = statements;
    this.#facts = facts;
    this.#place = place;
    this.#lingerMilliseconds = lingerMilliseconds;
  }

  /** @throws HoldfastError `ledger-busy`, and what the store says */
  add(append: Append): Promise<Appended> {
    const bytes =
      append.entries.reduce((sum, entry) => sum + entry.body.length, 0) +
      append.blobs.reduce((sum, blob) => sum + blob.size, 0);
    // One append alone always fits: its own bounds are below the queue's.
    if (this.#entries + append.entries.length > queueBounds.entries || this.#bytes + bytes > queueBounds.bytes) {
      return Promise.reject(new HoldfastError('ledger-busy', `${this.#entries} entries wait`, { place: this.#place }));
    }
    this.#entries += append.entries.length;
    this.#bytes += bytes;
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.#waiting.push({ append, bytes, resolve, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Until nothing waits. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    if (this.#lingerMilliseconds > 0) await setTimeout(this.#lingerMilliseconds);
    while (this.#waiting.length > 0) {
      // Timers and sockets first: a commit holds up the whole thread for one fsync.
      await setImmediate();
      await this.#write(this.#take());
    }
    this.#draining = undefined;
  }

  #take(): Waiting[] {
    let entries = 0;
    let bytes = 0;
    const end = this.#waiting.findIndex((waiting, at) => {
      entries += waiting.append.entries.length;
      bytes += waiting.bytes;
      return at > 0 && (entries > groupBounds.entries || bytes > groupBounds.bytes);
    });
    const group = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    return group;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const ready = await Promise.all(
        group.map(async ({ append }) => ({
          append,
          stored: await Promise.all(append.blobs.map((blob) => blob.stored)),
        })),
      );
      const results = writeGroup(this.#statements, this.#facts, ready);
      for (const [at, waiting] of group.entries()) {
        const result = results[at];
        if (result === undefined || result instanceof HoldfastError) {
          waiting.reject(result ?? new HoldfastError('internal', 'an append without a result'));
        } else {
          waiting.resolve(result);
        }
      }
    } catch (cause) {
      const error = ledgerError(cause, this.#place);
      for (const waiting of group) waiting.reject(error);
    } finally {
      for (const waiting of group) {
        this.#entries -= waiting.append.entries.length;
        this.#bytes -= waiting.bytes;
      }
    }
  }
}
