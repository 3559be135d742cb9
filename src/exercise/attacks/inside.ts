import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readlink, rename } from 'node:fs/promises';

const { O_DIRECTORY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants;
/** fcntl.h; Node has no name for it. */
const O_PATH = 0o10000000;
const mostLinks = 40;

interface Walked extends AsyncDisposable {
  readonly directory: FileHandle;
  /** As the kernel shows it: no symlink on the way. */
  readonly path: string;
}

/**
 * The root of a container, from outside. Every step is opened by itself and no symlink is followed by the kernel: an absolute
 * one would lead to this host's files.
 */
export class Inside {
  private readonly root: string;

  constructor(pid: number) {
    this.root = `/proc/${pid}/root`;
  }

  /** Where a path leads; undefined: nothing is there. */
  async find(path: string): Promise<string | undefined> {
    try {
      await using found = await this.walk(path, false);
      return found.path;
    } catch {
      return undefined;
    }
  }

  /** Puts a file there, in place of what may be there. Returns its path without symlinks. @throws as the file system says */
  async put(path: string, bytes: Uint8Array, mode: number): Promise<string> {
    const cut = path.lastIndexOf('/');
    await using into = await this.walk(path.slice(0, cut) || '/', true);
    const name = path.slice(cut + 1);
    const base = `/proc/self/fd/${into.directory.fd}`;
    const other = `${base}/.hf-${randomBytes(4).toString('hex')}`;
    {
      await using file = await open(other, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
      await file.writeFile(bytes);
      await file.chmod(mode);
    }
    await rename(other, `${base}/${name}`);
    return join(into.path, name);
  }

  async read(path: string, most: number): Promise<Uint8Array> {
    await using found = await this.walk(path, false);
    await using file = await open(`/proc/self/fd/${found.directory.fd}`, 'r');
    const bytes = Buffer.alloc(most);
    const { bytesRead } = await file.read(bytes, 0, most, 0);
    return bytes.subarray(0, bytesRead);
  }

  /** @param make directories that are missing */
  private async walk(path: string, make: boolean): Promise<Walked> {
    let left = path.split('/').filter((step) => step !== '' && step !== '.');
    // The container's own root, and from it what was opened so far.
    const stack: { readonly handle: FileHandle; readonly name: string }[] = [
      { handle: await open(this.root, O_PATH | O_DIRECTORY), name: '' },
    ];
    let links = 0;
    try {
      for (let step = left.shift(); step !== undefined; step = left.shift()) {
        const top = stack.at(-1);
        if (top === undefined) throw new Error('no root');
        if (step === '..') {
          if (stack.length > 1) await stack.pop()?.handle.close();
          continue;
        }
        const place = `/proc/self/fd/${top.handle.fd}/${step}`;
        const target = await readlink(place).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'EINVAL') return undefined;
          if (error.code === 'ENOENT' && make) return mkdir(place, 0o755).then(() => undefined);
          throw error;
        });
        if (target === undefined) {
          stack.push({ handle: await open(place, O_PATH | O_NOFOLLOW), name: step });
          continue;
        }
        if (++links > mostLinks) throw new Error(`${path}: too many symlinks`);
        left = [...target.split('/').filter((one) => one !== '' && one !== '.'), ...left];
        if (target.startsWith('/')) for (const { handle } of stack.splice(1)) await handle.close();
      }
      const last = stack.pop();
      if (last === undefined) throw new Error('no root');
      const names = [...stack, last].map(({ name }) => name).slice(1);
      return {
        directory: last.handle,
        path: `/${names.join('/')}`,
        [Symbol.asyncDispose]: () => last.handle.close(),
      };
    } finally {
      for (const { handle } of stack) await handle.close();
    }
  }
}

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
