import type { Scanner } from '../../contents/index.ts';
import { hardenLimits } from '../limits.ts';
import type { Head } from './elf.ts';
import { readElf } from './read.ts';

const elf = Buffer.from('\x7fELF', 'latin1');

/** Leaves of a file what its beginning makes it (`Head` as JSON), and nothing of one that is data. */
export class HeadScanner implements Scanner {
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #kind: 'unknown' | 'elf' | 'script' | 'data' = 'unknown';

  push(bytes: Uint8Array): 'more' | 'done' {
    if (this.#kind === 'data') return 'done';
    this.#length += bytes.length;
    if (this.#length <= hardenLimits.elfBytes) this.#chunks.push(Buffer.from(bytes));
    if (this.#kind === 'unknown' && this.#length >= 4) this.#decide();
    if (this.#kind === 'elf' || this.#kind === 'unknown') return 'more';
    return this.#kind === 'script' && this.#length < hardenLimits.firstLine ? 'more' : 'done';
  }

  end(): Uint8Array | undefined {
    if (this.#kind === 'unknown') this.#decide();
    const head = this.#head();
    return head === undefined ? undefined : Buffer.from(JSON.stringify(head));
  }

  #decide(): void {
    const start = Buffer.concat(this.#chunks).subarray(0, 4);
    this.#kind = start.equals(elf) ? 'elf' : start.subarray(0, 2).toString('latin1') === '#!' ? 'script' : 'data';
    if (this.#kind === 'data') this.#chunks.length = 0;
  }

  #head(): Head | undefined {
    switch (this.#kind) {
      case 'elf':
        if (this.#length > hardenLimits.elfBytes)
          return { kind: 'broken-elf', why: `more than ${hardenLimits.elfBytes} bytes` };
        return readElf(Buffer.concat(this.#chunks));
      case 'script': {
        const text = Buffer.concat(this.#chunks).subarray(2, hardenLimits.firstLine).toString('utf8');
        const end = text.indexOf('\n');
        return { kind: 'script', line: (end === -1 ? text : text.slice(0, end)).trim() };
      }
      default:
        return undefined;
    }
  }
}
