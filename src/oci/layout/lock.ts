import { open, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../errors/index.ts';
import { isMissing } from '../file.ts';

const longestWait = 10_000;
const pollMillis = 10;

/**
 * Does `work` while no other Holdfast does its own on the same file. The lock is a file beside it that names who holds it; one
 * whose process has ended on this host is taken away.
 * @throws HoldfastError `layout-locked`
 */
export async function locked<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const me = `${process.pid} ${hostname()} ${Math.random()}\n`;
  const until = performance.now() + longestWait;
  for (;;) {
    if (await claim(lock, me)) break;
    const holder = await readFile(lock, 'utf8').catch(() => '');
    if (await isStale(holder)) await takeAway(lock, holder);
    else if (performance.now() > until) {
      throw new HoldfastError('layout-locked', `held by process ${holder.trim().slice(0, 100)}`, { place: lock });
    } else await sleep(pollMillis * (0.5 + Math.random()), undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await unlink(lock);
  }
}

async function claim(lock: string, me: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    try {
      await handle.writeFile(me);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new HoldfastError('source-unreadable', (error as Error).message, { place: lock, cause: error });
  }
}

async function isStale(holder: string): Promise<boolean> {
  const match = /^([0-9]{1,9}) (\S+) \S+\n$/.exec(holder);
  // Empty: made a moment ago. Another host's: its processes can't be seen from here.
  if (match?.[1] === undefined || match[2] !== hostname()) return false;
  try {
    return !(await readFile(`/proc/${match[1]}/stat`, 'utf8')).startsWith(match[1]);
  } catch (error) {
    return isMissing(error);
  }
}

/** Renamed first: of several that saw the same dead holder one gets it, and a lock made meanwhile is put back. */
async function takeAway(lock: string, holder: string): Promise<void> {
  const aside = `${lock}.${process.pid}.${Math.random()}`;
  try {
    await rename(lock, aside);
    if ((await readFile(aside, 'utf8')) === holder) await unlink(aside);
    else await rename(aside, lock);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
