import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { HoldfastError } from '../errors/index.ts';

const chunkBytes = 1 << 18;

export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Opens a regular file for reading and says its size. A fifo, device or directory is refused without waiting on it.
 * @throws HoldfastError `not-found`, `source-unreadable`
 */
export async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isMissing(cause)) throw new HoldfastError('not-found', 'no such file', { place: path, cause });
    throw new HoldfastError('source-unreadable', (cause as Error).message, { place: path, cause });
  }
  const stat = await handle.stat();
  if (stat.isFile()) return { handle, size: stat.size };
  await handle.close();
  throw new HoldfastError('source-unreadable', 'not a regular file', { place: path });
}

/** A part of an open file. Ends early, without an error, when the file does: lengths are the caller's to check. */
export async function* readRange(
  handle: FileHandle,
  start: number,
  length: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let position = start;
  const end = start + length;
  while (position < end) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * A small file whole.
 * @throws HoldfastError `not-found`, `source-unreadable`, `oci-limit`
 */
export async function readSmallFile(path: string, bound: number, signal: AbortSignal): Promise<Uint8Array> {
  const { handle, size } = await openRegular(path);
  try {
    if (size > bound) throw new HoldfastError('oci-limit', `${size} bytes, more than ${bound}`, { place: path });
    const parts: Uint8Array[] = [];
    for await (const chunk of readRange(handle, 0, size, signal)) parts.push(chunk);
    return Buffer.concat(parts);
  } finally {
    await handle.close();
  }
}
