import { createHash, type Hash, hash } from 'node:crypto';

/** sha256 of a file whose bytes pass in chunks: one call when they come in one piece, as most do. */
export class FileHash {
  readonly #size: number;
  #running: Hash | undefined;
  #hex = '';

  constructor(size: number) {
    this.#size = size;
  }

  push(bytes: Uint8Array): void {
    if (this.#running === undefined && bytes.length === this.#size) {
      this.#hex = hash('sha256', bytes, 'hex');
      return;
    }
    this.#running ??= createHash('sha256');
    this.#running.update(bytes);
  }

  hex(): string {
    if (this.#running !== undefined) return this.#running.digest('hex');
    return this.#hex === '' ? emptyHash : this.#hex;
  }
}

const emptyHash = hash('sha256', '', 'hex');
