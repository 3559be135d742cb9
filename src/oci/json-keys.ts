const quote = 0x22;
const backslash = 0x5c;

/** The end of the string that begins at `start`, behind its closing quote. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at + 1;
}

/**
 * A key that one object of a JSON text has twice. Readers differ in which of the two they take, so that what one verifies is
 * not what another runs. The text has been parsed already: it is valid JSON of bounded depth.
 */
export function repeatedKey(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  /** The keys of each object around this place; undefined = a list. */
  const around: (Set<string> | undefined)[] = [];
  let atKey = false;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case quote: {
        const end = endOfString(bytes, at);
        const keys = around.at(-1);
        if (atKey && keys !== undefined) {
          // `"a"` and `"\u0061"` are one key.
          const key = JSON.parse(text.toString('utf8', at, end)) as string;
          if (keys.has(key)) return key;
          keys.add(key);
        }
        atKey = false;
        at = end - 1;
        break;
      }
      case 0x7b: // {
        around.push(new Set());
        atKey = true;
        break;
      case 0x5b: // [
        around.push(undefined);
        atKey = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        around.pop();
        atKey = false;
        break;
      case 0x2c: // ,
        atKey = around.at(-1) !== undefined;
        break;
      default:
    }
  }
  return undefined;
}

/**
 * A key that is one of `known` but for its case. Go reads `Layers` as `layers`, and takes the later of the two.
 */
export function lookAlikeKey(fields: Readonly<Record<string, unknown>>, known: readonly string[]): string | undefined {
  const lower = new Set(known.map((key) => key.toLowerCase()));
  return Object.keys(fields).find((key) => !known.includes(key) && lower.has(key.toLowerCase()));
}
