import { HoldfastError } from '../../errors/index.ts';
import type { ContentsLimits } from '../limits.ts';

/** Counts what all layers of an image unpack to, together, and stops at the bounds. */
export class Meter {
  readonly #limits: ContentsLimits;
  readonly #progress: ((bytes: number) => void) | undefined;
  #bytes = 0;
  #entries = 0;

  constructor(limits: ContentsLimits, progress?: (bytes: number) => void) {
    this.#limits = limits;
    this.#progress = progress;
  }

  /** @throws HoldfastError `tar-limit-bytes`, `tar-limit-ratio` */
  bytes(more: number, ofLayer: number, stored: number, place: string): void {
    this.#bytes += more;
    if (this.#bytes > this.#limits.bytes) {
      throw new HoldfastError('tar-limit-bytes', `the layers unpack to more than ${this.#limits.bytes} bytes`, {
        place,
      });
    }
    if (ofLayer > this.#limits.ratioFloor && ofLayer > stored * this.#limits.ratio) {
      throw new HoldfastError('tar-limit-ratio', `${stored} bytes unpack to more than ${ofLayer}`, { place });
    }
    this.#progress?.(this.#bytes);
  }

  /** @throws HoldfastError `tar-limit-entries` */
  entry(place: string): void {
    if (++this.#entries > this.#limits.entries) {
      throw new HoldfastError('tar-limit-entries', `more than ${this.#limits.entries} entries`, { place });
    }
  }
}
