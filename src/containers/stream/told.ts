import { isDeepStrictEqual } from 'node:util';
import type { Container, ContainerEvent, ContainerRef } from '../model.ts';
import { type Held, keyOf } from './compare.ts';

/** What the watcher's listener was told so far, kept over reconnections. */
export class Told {
  readonly #held = new Map<string, Held>();

  get containers(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  /**
   * Events and lists overlap: what one told already, the other does not tell again, and a step of a container that has
   * gone does not hit its successor of the same name.
   */
  isNews(event: ContainerEvent): boolean {
    switch (event.type) {
      case 'container': {
        const held = this.#held.get(keyOf(event.container))?.container;
        if (held === undefined) return true;
        if (!event.container.complete) return false;
        return !held.complete || !sameRecord(held, event.container);
      }
      case 'removed': {
        const held = this.#held.get(keyOf(event.ref))?.container;
        return held !== undefined && event.time >= held.created;
      }
      case 'started':
        return !event.missed || this.#pid(event.ref) !== event.pid;
      case 'exited':
        return !event.missed || this.#pid(event.ref) === event.pid;
      case 'task-created':
      case 'exec-started':
      case 'exec-exited':
      case 'oom':
      case 'image':
      case 'connected':
      case 'disconnected':
        return true;
      default:
        return event satisfies never;
    }
  }

  /** Brings what is held up to an event that is about to be told. */
  note(event: ContainerEvent): void {
    switch (event.type) {
      case 'container': {
        const { container } = event;
        const held = this.#held.get(keyOf(container));
        this.#held.set(keyOf(container), { container, pid: container.pid ?? held?.pid });
        return;
      }
      case 'removed':
        this.#held.delete(keyOf(event.ref));
        return;
      case 'task-created':
      case 'started':
        this.#setPid(event.ref, event.pid);
        return;
      case 'exited':
        this.#setPid(event.ref, undefined);
        return;
      case 'connected':
      case 'disconnected':
      case 'exec-started':
      case 'exec-exited':
      case 'oom':
      case 'image':
        return;
    }
  }

  #pid(ref: ContainerRef): number | undefined {
    return this.#held.get(keyOf(ref))?.pid;
  }

  #setPid(ref: ContainerRef, pid: number | undefined): void {
    const held = this.#held.get(keyOf(ref));
    if (held !== undefined) this.#held.set(keyOf(ref), { ...held, pid });
  }
}

function sameRecord(one: Container, other: Container): boolean {
  return (
    one.created === other.created &&
    one.image.name === other.image.name &&
    one.snapshot?.key === other.snapshot?.key &&
    isDeepStrictEqual(one.labels, other.labels)
  );
}
