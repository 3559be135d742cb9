import { writeSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';

const chunkBytes = 1 << 20;

/** A file of our own that is written once, from its start to its end, and read anywhere. */
export class ScratchFile {
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #filled = 0;
  #size = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes a copy. Synchronous, because the tar reader that gives the bytes does not wait. */
  append(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#filled + bytes.length > chunkBytes) this.flush();
    if (bytes.length >= chunkBytes) this.#write(bytes);
    else {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
  }

  /** After the last `append`, before reading. */
  flush(): void {
    this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle.fd, bytes, at);
  }

  /** @throws HoldfastError `internal` where the file is shorter; the signal's reason */
  async *read(start: number, length: number, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    for (let at = 0; at < length; ) {
      signal.throwIfAborted();
      const wanted = Math.min(chunkBytes, length - at);
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, start + at);
      if (bytesRead === 0) throw new HoldfastError('internal', 'a temporary file is shorter than what was written');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export interface Scratch extends AsyncDisposable {
  file(name: string): Promise<ScratchFile>;
}

/** A directory nobody else may enter, which goes away with all that is in it. @throws HoldfastError `file-unwritable` */
export async function scratchDirectory(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-harden-')).catch((error: unknown) => {
    throw asUnwritable(error);
  });
  const files: ScratchFile[] = [];
  return {
    async file(name) {
      const file = new ScratchFile(await open(join(path, name), 'wx+', 0o600));
      files.push(file);
      return file;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(files.map((file) => file.close()));
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A file system's error as ours; what else was thrown on the way stays what it is. */
export function asUnwritable(error: unknown): unknown {
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return error;
  return new HoldfastError('file-unwritable', (error as Error).message, { place: tmpdir(), cause: error });
}
