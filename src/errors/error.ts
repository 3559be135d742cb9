import { type Code, codes } from './codes.ts';

/**
 * The one error type that crosses a folder's door: a registered code, what was wrong, and where in the input.
 *
 * @example throw new HoldfastError('tar-malformed', 'size field is not octal', { place: 'layer 2, entry 17' })
 */
export class HoldfastError extends Error {
  readonly code: Code;
  /** Which input and which place in it: a file, a layer and entry, a line and column. */
  readonly place: string | undefined;

  constructor(code: Code, message: string, options: { readonly place?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.place = options.place;
  }

  get exit(): 1 | 2 | 3 {
    return codes[this.code].exit;
  }

  get remedy(): string {
    return codes[this.code].remedy;
  }
}
