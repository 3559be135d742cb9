import { isUtf8 } from 'node:buffer';
import type { Code } from '../../errors/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';

const quote = 0x22;
const backslash = 0x5c;

/** The place of the quote that ends the string which begins at `start`; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  // Whole SBOMs stand here as one string: the engine finds a quote faster than a loop does.
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** The key as JSON reads it, so that `"a"` and `"\u0061"` are one; undefined = not a JSON string, which parsing will say. */
function keyOf(text: string, start: number, end: number): string | undefined {
  const raw = text.slice(start, end + 1);
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return JSON.parse(raw) as string;
  } catch {
    return undefined;
  }
}

/** Walks the brackets and keys: what JSON.parse would let pass in silence. */
function refuseRepeatedKeys(text: string, refuse: (message: string) => HoldfastError): void {
  // One set of keys for each open object, undefined for each open list.
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (keyNext && keys !== undefined) {
          const key = keyOf(text, at, end);
          if (key !== undefined && keys.has(key))
            throw refuse(`the key ${JSON.stringify(key.slice(0, 100))} stands twice`);
          if (key !== undefined) keys.add(key);
          keyNext = false;
        }
        at = end;
        break;
      }
      case 0x7b:
        open.push(new Set());
        keyNext = true;
        break;
      case 0x5b:
        open.push(undefined);
        keyNext = false;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        keyNext = false;
        break;
      case 0x2c:
        keyNext = open.at(-1) !== undefined;
        break;
      default:
    }
    if (open.length > attestLimits.jsonDepth) throw refuse(`deeper than ${attestLimits.jsonDepth} levels`);
  }
}

/**
 * Signed JSON of someone else's: UTF-8 without damage, bounded depth, no key twice. Two readers of a document with
 * repeated keys may see two documents, and only one of them was meant by the signer.
 * The caller has bounded its bytes.
 * @throws HoldfastError with the given code
 */
export function parseStrictJson(bytes: Uint8Array, code: Code, place: string): unknown {
  const refuse = (message: string, cause?: unknown): HoldfastError =>
    new HoldfastError(code, `JSON: ${message}`, { place, cause });
  if (!isUtf8(bytes)) throw refuse('not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  refuseRepeatedKeys(text, refuse);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
}
