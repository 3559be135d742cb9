import { HoldfastError } from '../errors/index.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const plain = /^[A-Za-z0-9._~:-]*$/;

/** Percent-encodes all but letters, digits, `.`, `-`, `_`, `~` and `:` (ECMA-427, "Character encoding"). */
export function percentEncode(text: string): string {
  if (plain.test(text)) return text;
  if (!text.isWellFormed()) throw new HoldfastError('purl-encoding', 'holds half a surrogate pair', { place: text });
  let out = '';
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte);
    out += byte < 0x80 && plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Undoes percent-encoding. Throws `purl-encoding` on a broken triplet or bytes that are not UTF-8. */
export function percentDecode(text: string): string {
  if (!text.isWellFormed()) throw new HoldfastError('purl-encoding', 'holds half a surrogate pair', { place: text });
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) {
    throw new HoldfastError('purl-encoding', 'a percent sign is not followed by two hex digits', { place: text });
  }
  const raw = text.replace(/[^%]+|%[0-9A-Fa-f]{2}/g, (piece) =>
    piece.startsWith('%')
      ? String.fromCharCode(Number.parseInt(piece.slice(1), 16))
      : String.fromCharCode(...encoder.encode(piece)),
  );
  try {
    return decoder.decode(Uint8Array.from(raw, (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw new HoldfastError('purl-encoding', 'the decoded bytes are not UTF-8', { place: text, cause });
  }
}

/** ASCII only: the rules fold letters A to Z and leave every other character alone. */
export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
