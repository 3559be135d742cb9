import { isUtf8 } from 'node:buffer';

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

/** What is wrong with a text, for whoever has a code for it. */
export type JsonFault =
  | { readonly kind: 'not-utf8' | 'too-deep'; readonly message: string }
  | { readonly kind: 'repeated-key'; readonly message: string; readonly key: string }
  | { readonly kind: 'syntax'; readonly message: string; readonly cause: unknown };

/** Walks the brackets and keys: what JSON.parse would let pass in silence. */
function faultIn(text: string, depth: number): JsonFault | undefined {
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
            return { kind: 'repeated-key', key, message: `the key ${JSON.stringify(key.slice(0, 100))} stands twice` };
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
    if (open.length > depth) return { kind: 'too-deep', message: `deeper than ${depth} levels` };
  }
  return undefined;
}

/**
 * JSON of someone else's: UTF-8 without damage, nested no deeper than `depth`, no key twice in one object. Two readers of a
 * text with repeated keys may see two documents, so that what one verifies is not what another runs.
 * The caller has bounded its bytes.
 * @throws what `refuse` makes of the fault
 */
export function readStrictJson(bytes: Uint8Array, depth: number, refuse: (fault: JsonFault) => Error): unknown {
  if (!isUtf8(bytes)) throw refuse({ kind: 'not-utf8', message: 'not UTF-8' });
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const fault = faultIn(text, depth);
  if (fault !== undefined) throw refuse(fault);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse({ kind: 'syntax', message: (cause as Error).message, cause });
  }
}
