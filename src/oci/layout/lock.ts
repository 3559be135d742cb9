import { randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
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
  const me = `${process.pid} ${hostname()} ${(await startOf(process.pid)) ?? 0}\n`;
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

/** Linked, so that a lock is never there without its holder's name, whenever a process is killed. */
async function claim(lock: string, me: string): Promise<boolean> {
  const named = `${lock}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(named, me, { flag: 'wx' });
    await link(named, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new HoldfastError('source-unreadable', (error as Error).message, { place: lock, cause: error });
  } finally {
    await unlink(named).catch(() => undefined);
  }
}

/** Field 22 of proc_pid_stat(5), which tells two processes of one pid apart; undefined = it has ended. */
async function startOf(pid: string | number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything. The state comes first behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]$/.test(fields[0] ?? '') ? undefined : fields[19];
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
    throw error;
  }
}

async function isStale(holder: string): Promise<boolean> {
  const [, pid, host, start] = /^([0-9]{1,9}) (\S+) (\S+)\n$/.exec(holder) ?? [];
  // Another host's processes can't be seen from here.
  if (pid === undefined || host !== hostname()) return false;
  return (await startOf(pid)) !== start;
}

/** Renamed first: of several that saw the same dead holder one gets it, and a lock made meanwhile is put back. */
async function takeAway(lock: string, holder: string): Promise<void> {
  const aside = `${lock}.${randomBytes(8).toString('hex')}`;
  try {
    await rename(lock, aside);
    if ((await readFile(aside, 'utf8')) !== holder) await link(aside, lock);
    await unlink(aside);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
