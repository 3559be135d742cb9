import { HoldfastError } from '../errors/index.ts';

export interface CanonicalBounds {
  /** Nested arrays and objects. */
  readonly depth: number;
  /** UTF-8 bytes of the result. */
  readonly bytes: number;
}

/**
 * The one text of a JSON value by RFC 8785 (JCS): no spaces, keys in order of their UTF-16 code
 * units, numbers as ECMAScript writes them (−0 is `0`). Text that no UTF-8 can hold (a lone
 * surrogate), NaN, the infinities, and everything JSON has no word for are refused, not repaired.
 *
 * @throws HoldfastError `entry-malformed` (not JSON), `entry-too-large` (beyond the bounds)
 */
export function canonicalJson(value: unknown, bounds: CanonicalBounds, place = 'body'): string {
  const parts: string[] = [];
  let units = 0;
  const tooLarge = (): HoldfastError =>
    new HoldfastError('entry-too-large', `more than ${bounds.bytes} bytes as canonical JSON`, { place });
  const put = (text: string): void => {
    // A UTF-16 code unit is at least a byte of UTF-8: what is far too large ends early, the exact count is made once.
    units += text.length;
    if (units > bounds.bytes) throw tooLarge();
    parts.push(text);
  };
  write(value, 0, place);
  const whole = parts.join('');
  if (Buffer.byteLength(whole) > bounds.bytes) throw tooLarge();
  return whole;

  function write(item: unknown, depth: number, where: string): void {
    switch (typeof item) {
      case 'string':
        put(quoted(item, where));
        return;
      case 'number':
        put(number(item, where));
        return;
      case 'boolean':
        put(item ? 'true' : 'false');
        return;
      case 'object':
        if (item === null) put('null');
        else writeNested(item, depth + 1, where);
        return;
      default:
        throw malformed(`${typeof item} is not JSON`, where);
    }
  }

  function writeNested(item: object, depth: number, where: string): void {
    if (depth > bounds.depth) {
      throw new HoldfastError('entry-too-large', `nested deeper than ${bounds.depth}`, { place: where });
    }
    if (Array.isArray(item)) {
      put('[');
      // By index: a hole in a sparse array reads as undefined and is refused.
      for (let index = 0; index < item.length; index++) {
        if (index > 0) put(',');
        write(item[index], depth, `${where}[${index}]`);
      }
      put(']');
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== Object.prototype && prototype !== null) throw malformed('not a plain object', where);
    put('{');
    let first = true;
    // The default sort is by UTF-16 code units: RFC 8785 section 3.2.3.
    for (const key of Object.keys(item).sort()) {
      if (!first) put(',');
      first = false;
      put(`${quoted(key, where)}:`);
      write((item as Record<string, unknown>)[key], depth, `${where}.${key.slice(0, 100)}`);
    }
    put('}');
  }
}

/** A string as RFC 8785 section 3.2.2.2 writes it: JSON.stringify does just that for well-formed text. */
export function quoted(text: string, place: string): string {
  if (!text.isWellFormed()) throw malformed('text holds a lone surrogate', place);
  return JSON.stringify(text);
}

function number(value: number, place: string): string {
  if (!Number.isFinite(value)) throw malformed(`${value} is not JSON`, place);
  // String(-0) is '0', as RFC 8785 section 3.2.2.3 wants.
  return String(value);
}

function malformed(message: string, place: string): HoldfastError {
  return new HoldfastError('entry-malformed', message, { place });
}
