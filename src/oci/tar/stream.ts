import { HoldfastError } from '../../errors/index.ts';
import type { TarEntry } from './entry.ts';
import { TarHeaders } from './header.ts';
import { type TarLimits, tarLimits } from './limits.ts';

/** Told of a tar's entries while its bytes go by. */
export interface TarHandler {
  /** Before the entry's data. */
  entry(entry: TarEntry): void;
  /** Some of the data of the last entry, in order, never empty; valid during the call only. Files alone have data. */
  data(bytes: Uint8Array): void;
  /** All data of the last entry was given, also when there was none. */
  entryEnd(): void;
}

/**
 * Reads a tar in one pass from chunks cut anywhere. It holds a header's or extended header's bytes and no more.
 * Push and call `end` once. A tar without the closing zero blocks is accepted when it ends between entries, as
 * containerd accepts it; what stands behind the zero blocks is not read by anyone and is ignored.
 */
export class TarStream {
  readonly #headers: TarHeaders;
  readonly #handler: TarHandler;
  readonly #place: string;
  #state: 'header' | 'extension' | 'data' | 'padding' | 'end' = 'header';
  /** Bytes still to come in this state. */
  #left = 512;
  #padding = 0;
  #buffer = new Uint8Array(512);
  #filled = 0;

  constructor(handler: TarHandler, place: string, limits: TarLimits = tarLimits) {
    this.#handler = handler;
    this.#place = place;
    this.#headers = new TarHeaders(place, limits);
  }

  /** @throws HoldfastError as `TarHeaders.block`, and what the handler throws */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'end') {
      const take = Math.min(this.#left, chunk.length - at);
      const bytes = chunk.subarray(at, at + take);
      at += take;
      this.#left -= take;
      if (this.#state === 'data') this.#handler.data(bytes);
      else if (this.#state !== 'padding') this.#collect(bytes);
      if (this.#left === 0) this.#advance(bytes);
    }
  }

  /** @throws HoldfastError `tar-truncated` */
  end(): void {
    const between = this.#state === 'header' && this.#left === 512 && !this.#headers.unfinished;
    if (this.#state !== 'end' && !between) {
      throw new HoldfastError('tar-truncated', 'ends within an entry', { place: this.#headers.place });
    }
  }

  /** Keeps a piece of a header, unless the whole header lies in one chunk. */
  #collect(bytes: Uint8Array): void {
    if (this.#filled === 0 && this.#left === 0) return;
    if (this.#buffer.length < this.#filled + bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#filled + bytes.length));
      bigger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = bigger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #advance(last: Uint8Array): void {
    const whole = this.#filled === 0 ? last : this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    switch (this.#state) {
      case 'header':
        this.#header(whole);
        return;
      case 'extension':
        this.#headers.extension(whole);
        this.#enter(this.#padding > 0 ? 'padding' : 'header', this.#padding > 0 ? this.#padding : 512);
        return;
      case 'data':
        this.#handler.entryEnd();
        this.#enter(this.#padding > 0 ? 'padding' : 'header', this.#padding > 0 ? this.#padding : 512);
        return;
      case 'padding':
        this.#enter('header', 512);
        return;
      case 'end':
        throw new HoldfastError('internal', 'read on behind the end', { place: this.#place });
    }
  }

  #header(block: Uint8Array): void {
    const step = this.#headers.block(block);
    switch (step.kind) {
      case 'zero':
        this.#enter('header', 512);
        return;
      case 'end':
        this.#enter('end', 0);
        return;
      case 'extension':
        this.#padding = paddingOf(step.size);
        if (step.size > 0) this.#enter('extension', step.size);
        else {
          this.#headers.extension(new Uint8Array(0));
          this.#enter('header', 512);
        }
        return;
      case 'entry':
        this.#padding = paddingOf(step.entry.size);
        this.#handler.entry(step.entry);
        if (step.entry.size > 0) this.#enter('data', step.entry.size);
        else {
          this.#handler.entryEnd();
          this.#enter('header', 512);
        }
        return;
    }
  }

  #enter(state: 'header' | 'extension' | 'data' | 'padding' | 'end', left: number): void {
    this.#state = state;
    this.#left = left;
  }
}

export function paddingOf(size: number): number {
  return (512 - (size % 512)) % 512;
}
