import { open } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';

/**
 * A file that someone named, no longer than `most` bytes.
 * @throws HoldfastError `not-found`, `file-unreadable`
 */
export async function readBounded(path: string, most: number): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const bytes = Buffer.alloc(Math.min(most, (await file.stat()).size) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
      if (length === bytes.length) throw new HoldfastError('file-unreadable', `longer than expected`, { place: path });
    }
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new HoldfastError(missing ? 'not-found' : 'file-unreadable', (cause as Error).message, {
      place: path,
      cause,
    });
  }
}
