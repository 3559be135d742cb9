import type { SensorEvent } from './events.ts';

/** Frames that never came: the sensor numbers all it sends, and each container's apart. */
export interface Hole {
  /** 0n: of the whole stream; whose they were is not known. */
  readonly container: bigint;
  readonly missing: number;
}

/** Forgets the containers heard of longest ago beyond this many. */
const containersMax = 4096;
/** So many heartbeats a hole in the stream may wait for the container that explains it. */
const heartbeatsToExplain = 3;

/**
 * Finds holes in the numbering. A hole in the stream is blamed on the containers whose own numbers have one, so that one
 * container's flood is not held against another; only what stays unexplained is everybody's.
 */
export class SequenceWatch {
  private stream: bigint | undefined;
  private readonly containers = new Map<bigint, number>();
  private unexplained = 0;
  private heartbeats = 0;

  next(event: SensorEvent): readonly Hole[] {
    const holes: Hole[] = [];
    this.checkStream(event.seq);
    // 0: told of a container that the sensor has already let go of, such as a late hash.
    if (event.container !== 0n && event.containerSeq !== 0) {
      const missing = this.checkContainer(event);
      if (missing > 0) {
        this.unexplained = Math.max(0, this.unexplained - missing);
        holes.push({ container: event.container, missing });
      }
    }
    if (event.type === 'heartbeat' && this.unexplained > 0 && ++this.heartbeats >= heartbeatsToExplain) {
      holes.push({ container: 0n, missing: this.unexplained });
      this.unexplained = 0;
    }
    return holes;
  }

  private checkStream(seq: bigint): void {
    if (this.stream !== undefined && seq !== this.stream + 1n) {
      // Backwards is as bad as forwards: this is not the stream that was read before.
      this.unexplained += seq > this.stream ? Number(seq - this.stream - 1n) : 1;
      this.heartbeats = 0;
    }
    this.stream = seq;
  }

  private checkContainer(event: SensorEvent): number {
    const before = this.containers.get(event.container);
    const missing = (event.containerSeq - (before ?? 0) - 1) >>> 0;
    // Deleted first, so that the map's order is that of the last sight.
    this.containers.delete(event.container);
    this.containers.set(event.container, event.containerSeq);
    if (this.containers.size > containersMax) {
      const oldest = this.containers.keys().next();
      if (oldest.done !== true) this.containers.delete(oldest.value);
    }
    return missing;
  }
}
