import { open } from 'node:fs/promises';
import { type Code, HoldfastError } from '../errors/index.ts';

/**
 * A file that someone named, no longer than `most` bytes. It may be a pipe or a device, as a shell's <(…) and /dev/stdin
 * are: what is read counts, not the size that it claims.
 * @throws HoldfastError `not-found`, `file-unreadable`; where it is longer, with the code `tooLong`
 */
export async function readBounded(path: string, most: number, tooLong: Code = 'file-unreadable'): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const parts: Buffer[] = [];
    let length = 0;
    // One byte more than may be there tells that there is more.
    for await (const part of file.createReadStream({ end: most }) as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
    }
    if (length > most) throw new HoldfastError(tooLong, `longer than ${most} bytes`, { place: path });
    return Buffer.concat(parts, length);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new HoldfastError(missing ? 'not-found' : 'file-unreadable', (cause as Error).message, {
      place: path,
      cause,
    });
  }
}
