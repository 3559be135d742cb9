import { type Code, HoldfastError } from '../../errors/index.ts';
import { readStrictJson } from '../../json/index.ts';
import { attestLimits } from '../limits.ts';

/**
 * Signed JSON of someone else's, read as `readStrictJson` does.
 * @throws HoldfastError with the given code
 */
export function parseStrictJson(bytes: Uint8Array, code: Code, place: string): unknown {
  return readStrictJson(bytes, attestLimits.jsonDepth, (fault) => {
    const cause = fault.kind === 'syntax' ? { cause: fault.cause } : {};
    return new HoldfastError(code, `JSON: ${fault.message}`, { place, ...cause });
  });
}
