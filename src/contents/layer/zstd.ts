import { HoldfastError } from '../../errors/index.ts';

type State = 'magic' | 'header' | 'block-header' | 'block' | 'checksum' | 'skip-size' | 'skip';

/** A piece of a frame, and whether the frame ends with it. */
export interface FramePiece {
  readonly bytes: Uint8Array;
  readonly ends: boolean;
}

/**
 * Finds where zstd frames end (RFC 8878, section 3.1) in chunks cut anywhere, so that each frame can be given to a
 * decompressor of its own: node:zlib reads the first frame and drops the rest without a word, and layers of several
 * frames (zstd:chunked, pzstd) are common. Skippable frames are left out.
 */
export class ZstdFrames {
  readonly #place: string;
  #state: State = 'magic';
  #left = 4;
  #small = new Uint8Array(18);
  #filled = 0;
  #checksum = false;
  #lastBlock = false;

  constructor(place: string) {
    this.#place = place;
  }

  /** True between frames. */
  get complete(): boolean {
    return this.#state === 'magic' && this.#filled === 0;
  }

  /** Cuts a chunk at the ends of frames. @throws HoldfastError `layer-compression` */
  *cut(chunk: Uint8Array): Generator<FramePiece, void, void> {
    let at = 0;
    /** Where bytes of a frame begin that were not yielded yet. */
    let from = 0;
    while (at < chunk.length) {
      const outside = this.#state === 'skip' || this.#state === 'skip-size' || this.#state === 'magic';
      const take = Math.min(this.#left, chunk.length - at);
      const bytes = chunk.subarray(at, at + take);
      at += take;
      this.#left -= take;
      const magic = this.#step(bytes);
      if (magic !== undefined) yield { bytes: magic, ends: false };
      if (outside) from = at;
      else if (this.#state === 'magic') {
        yield { bytes: chunk.subarray(from, at), ends: true };
        from = at;
      }
    }
    if (from < at) yield { bytes: chunk.subarray(from, at), ends: false };
  }

  /** Goes on by some bytes of the present state; gives the magic number back when it begins a frame to be read. */
  #step(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#state !== 'block' && this.#state !== 'skip' && this.#state !== 'checksum') {
      this.#small.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    if (this.#left > 0) return undefined;
    const field = Buffer.from(this.#small.buffer, 0, this.#filled);
    switch (this.#state) {
      case 'magic':
        return this.#magic(field);
      case 'skip-size':
        this.#enter('skip', field.readUInt32LE(0));
        return undefined;
      case 'skip':
      case 'checksum':
        this.#enter('magic', 4);
        return undefined;
      case 'header':
        this.#header(field);
        return undefined;
      case 'block-header':
        this.#block(field.readUIntLE(0, 3));
        return undefined;
      case 'block':
        this.#afterBlock();
        return undefined;
      default:
        return this.#state satisfies never;
    }
  }

  #magic(field: Buffer): Uint8Array | undefined {
    const magic = field.readUInt32LE(0);
    if (magic >>> 4 === 0x184d2a5) {
      this.#enter('skip-size', 4);
      return undefined;
    }
    if (magic !== 0xfd2fb528) throw this.#broken('something that is no zstd frame');
    const copy = Uint8Array.from(field);
    this.#enter('header', 1);
    return copy;
  }

  /** First its descriptor byte, then the rest, whose length that byte tells. */
  #header(field: Buffer): void {
    const descriptor = field[0] ?? 0;
    const single = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >>> 6;
    const rest =
      (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + (sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag);
    if (field.length === 1 && rest > 0) {
      this.#left = rest;
      return;
    }
    this.#checksum = (descriptor & 4) !== 0;
    this.#enter('block-header', 3);
  }

  #block(header: number): void {
    this.#lastBlock = (header & 1) === 1;
    const type = (header >>> 1) & 3;
    if (type === 3) throw this.#broken('a block of a reserved type');
    const size = type === 1 ? 1 : header >>> 3;
    if (size > 0) this.#enter('block', size);
    else this.#afterBlock();
  }

  #afterBlock(): void {
    if (!this.#lastBlock) this.#enter('block-header', 3);
    else if (this.#checksum) this.#enter('checksum', 4);
    else this.#enter('magic', 4);
  }

  #enter(state: State, left: number): void {
    this.#filled = 0;
    this.#state = state;
    this.#left = left;
    // A skippable frame may be empty.
    if (left === 0) {
      this.#state = 'magic';
      this.#left = 4;
    }
  }

  #broken(message: string): HoldfastError {
    return new HoldfastError('layer-compression', message, { place: this.#place });
  }
}
