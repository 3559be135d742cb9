import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError } from '../../errors/index.ts';
import { type WatchEvent, type WatchRequest, watch } from '../../watch/index.ts';
import { openStoreForWatching } from '../running/index.ts';
import { version } from '../version.ts';

type Ledger = ReturnType<typeof openStoreForWatching>;

export interface Watching {
  /** Of the sensor and of the store, while the work is done and for a little after. */
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** Until all that these did has been seen and judged, by `NAMESPACE/ID`. */
  ended(containers: readonly string[]): Promise<void>;
}

export interface WatchingOptions {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly observe: NonNullable<WatchRequest['observe']>;
  readonly emit?: (event: WatchEvent) => void;
}

/** Milliseconds: what ended is told of once its hashes are there. */
const patience = 60_000;

/**
 * Watches a containerd, with a store of its own that goes away, while work is done: from before it begins until it is done.
 * @throws HoldfastError as `watch`; what the work throws
 */
export async function whileWatching<T>(options: WatchingOptions, work: (watching: Watching) => Promise<T>): Promise<T> {
  const store = await mkdtemp(join(tmpdir(), 'holdfast-record-'));
  try {
    await using ledger = openStoreForWatching(store);
    return await watchWith(ledger, options, work);
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

async function watchWith<T>(
  ledger: Ledger,
  options: WatchingOptions,
  work: (watching: Watching) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const failed = new AbortController();
  const gone = new Set<string>();
  const ready = Promise.withResolvers<void>();
  const watched = watch({
    socket: options.socket,
    ledger,
    version: version(),
    signal: AbortSignal.any([options.signal, done.signal]),
    environment: process.env,
    observe: options.observe,
    conclude: () => ({ word: 'unknown' }),
    emit: (event) => {
      if (event.type === 'notice' && event.code === 'watching') ready.resolve();
      if (event.type === 'container' && event.state === 'ended') gone.add(event.container);
      options.emit?.(event);
    },
  });
  // Without eyes the work is in vain: it ends with the watch.
  const signal = AbortSignal.any([options.signal, failed.signal]);
  watched.then(
    () => ready.reject(new HoldfastError('sensor-silent', 'the watch ended early')),
    (error: unknown) => {
      ready.reject(error);
      failed.abort(error);
    },
  );
  const ended = async (containers: readonly string[]): Promise<void> => {
    const deadline = performance.now() + patience;
    while (!containers.every((one) => gone.has(one)) && performance.now() < deadline)
      await pause(50, undefined, { signal });
  };
  try {
    await ready.promise;
    return await work({ ledger, signal, ended });
  } finally {
    done.abort();
    await watched.catch(() => {});
  }
}
