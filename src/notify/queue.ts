import type { CloudEvent } from './cloud-event.ts';

/**
 * What waits for one receiver. Where it is full the oldest verdict or coverage event goes first: their state can be asked
 * for; findings last.
 */
export class EventQueue {
  private readonly events: CloudEvent[] = [];
  private readonly most: number;
  private missed = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** How many were not delivered, and nobody has been told of yet. */
  get dropped(): number {
    return this.missed;
  }

  get size(): number {
    return this.events.length;
  }

  /** False: something was dropped for it, or it was itself. */
  push(event: CloudEvent): boolean {
    if (this.events.length < this.most) {
      this.events.push(event);
      return true;
    }
    this.missed += 1;
    const at = this.events.findIndex(({ type }) => type !== 'dev.holdfast.finding');
    if (at === -1 && event.type !== 'dev.holdfast.finding') return false;
    this.events.splice(Math.max(at, 0), 1);
    this.events.push(event);
    return false;
  }

  take(): CloudEvent | undefined {
    return this.events.shift();
  }

  /** One that was taken and could not be delivered. */
  lost(): void {
    this.missed += 1;
  }

  /** The receiver has been told of so many. */
  told(count: number): void {
    this.missed -= count;
  }
}
