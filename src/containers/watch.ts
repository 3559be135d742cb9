import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import { connect } from './api/connection.ts';
import type { ContainerEvent } from './model.ts';
import { Session } from './stream/session.ts';
import { Told } from './stream/told.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between two comparisons with containerd's lists; default 30 s. */
  readonly relistEvery?: number;
  /** Milliseconds between two signs of life asked of containerd; default 5 s. */
  readonly heartbeatEvery?: number;
  /** Milliseconds within which it must answer, or it counts as gone; default 10 s. */
  readonly answerWithin?: number;
}

/** Milliseconds before another try to reach containerd: doubled each time, from the first to the last. */
const backOff = { first: 100, last: 5_000 };

/**
 * Every container of every namespace, for as long as the signal stays: those that are there, then each step of each as
 * containerd tells it. Level-based: what is told is compared with containerd's lists at the start, at each reconnection
 * and every half minute, so that a lost event is made good. When containerd goes away a `disconnected` states from when
 * on steps may be missed; the `connected` after it ends that gap. Ends when the signal aborts; throws nothing else.
 *
 * A container that was made and removed within the gap was never heard of here: the sensor has its cgroup.
 */
export async function* watchContainers(socket: string, options: WatchOptions): AsyncGenerator<ContainerEvent> {
  const { signal } = options;
  const told = new Told();
  let wait = backOff.first;
  let stated = false;
  while (!signal.aborted) {
    const connection = connect(socket);
    const session = new Session(connection, told, {
      relistEvery: options.relistEvery ?? 30_000,
      heartbeatEvery: options.heartbeatEvery ?? 5_000,
      answerWithin: options.answerWithin ?? 10_000,
    });
    let reason = 'containerd closed the stream of events';
    let wasConnected = false;
    try {
      for await (const event of session.events(signal)) {
        if (event.type === 'connected') wasConnected = true;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof HoldfastError)) throw error;
      reason = error.message;
    } finally {
      connection.close();
    }
    if (signal.aborted) break;
    // Said once per gap; a containerd that was never there is a gap too.
    if (wasConnected || !stated) yield { type: 'disconnected', time: session.lastAlive, reason };
    stated = true;
    wait = wasConnected ? backOff.first : Math.min(wait * 2, backOff.last);
    await pause(wait, undefined, { signal }).catch(() => {});
  }
}
