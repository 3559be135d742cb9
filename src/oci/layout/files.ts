import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';

/** As it is found by its name it is whole and on the disk. */
export async function writeAtomically(
  directory: string,
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const target = join(directory, name);
  const temporary = join(directory, `.holdfast-${randomBytes(8).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw asUnwritable(error, target);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file system's error as ours; what else was thrown on the way stays what it is. */
export function asUnwritable(error: unknown, place: string): unknown {
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return error;
  return new HoldfastError('source-unreadable', (error as Error).message, { place, cause: error });
}
