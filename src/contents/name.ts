import { isUtf8 } from 'node:buffer';

/**
 * Names on Linux are bytes. As strings they are UTF-8; a byte that is not part of valid UTF-8 becomes the lone surrogate
 * U+DC80…U+DCFF (as in Python's PEP 383), which valid UTF-8 can't hold, so nothing is lost and two names never fall
 * together. JSON writes these as `\udcXX`.
 */
export function nameFromBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  let start = 0;
  let at = 0;
  while (at < buffer.length) {
    const length = sequenceLength(buffer, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += buffer.toString('utf8', start, at) + String.fromCharCode(0xdc00 + (buffer[at] ?? 0));
    at++;
    start = at;
  }
  return text + buffer.toString('utf8', start);
}

/** The bytes a name was made from. */
export function nameToBytes(name: string): Uint8Array {
  const parts = name.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part) => {
      const unit = part.length === 1 ? part.charCodeAt(0) : 0;
      return unit >= 0xdc80 && unit <= 0xdcff ? Buffer.from([unit - 0xdc00]) : Buffer.from(part, 'utf8');
    }),
  );
}

/** Bytes of the valid UTF-8 sequence at a place, or 0. */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
