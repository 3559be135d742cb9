import { HoldfastError } from '../../errors/index.ts';

/**
 * A number of a tar header: octal text, closed by NUL or space, or GNU's base-256 (first bit set, big-endian).
 * @throws HoldfastError `tar-malformed`
 */
export function tarNumber(block: Uint8Array, start: number, length: number, field: string, place: string): number {
  const first = block[start] ?? 0;
  if (first >= 0x80) return base256(block, start, length, field, place);
  let value = 0;
  let digits = 0;
  let at = start;
  const end = start + length;
  while (at < end && block[at] === 0x20) at++;
  for (; at < end; at++) {
    const byte = block[at] ?? 0;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) throw new HoldfastError('tar-malformed', `${field} is not octal`, { place });
    value = value * 8 + (byte - 0x30);
    digits++;
  }
  for (; at < end; at++) {
    const byte = block[at];
    if (byte !== 0 && byte !== 0x20)
      throw new HoldfastError('tar-malformed', `${field} has something behind its digits`, { place });
  }
  // 12 octal digits are below 2^36, so no check for safe integers is needed.
  return digits === 0 ? 0 : value;
}

function base256(block: Uint8Array, start: number, length: number, field: string, place: string): number {
  if (((block[start] ?? 0) & 0x40) !== 0) throw new HoldfastError('tar-malformed', `${field} is negative`, { place });
  let value = (block[start] ?? 0) & 0x3f;
  for (let at = start + 1; at < start + length; at++) {
    value = value * 256 + (block[at] ?? 0);
    if (!Number.isSafeInteger(value)) throw new HoldfastError('tar-malformed', `${field} is beyond 2^53`, { place });
  }
  return value;
}

/** As `tarNumber`, for a field that only who writes the entry again needs: undefined where it holds no number. */
export function looseNumber(block: Uint8Array, start: number, length: number): number | undefined {
  try {
    return tarNumber(block, start, length, '', '');
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

/** The header's checksum, with its own field read as spaces; old writers summed signed bytes, so both are right. */
export function checksumHolds(block: Uint8Array, stated: number): boolean {
  let unsigned = 8 * 0x20;
  let high = 0;
  for (let at = 0; at < 512; at++) {
    if (at === 148) at = 156;
    const byte = block[at] ?? 0;
    unsigned += byte;
    if (byte >= 0x80) high++;
  }
  return stated === unsigned || stated === unsigned - 256 * high;
}
