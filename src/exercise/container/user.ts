import { lstat, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';
import type { Ctr } from '../host/ctr.ts';

/** As the OCI runtime specification has it. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
}

/** An image's own lists of users and groups, as text; '' where it has none. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
}

const mostBytes = 1 << 20;

/**
 * UID[:GID] or NAME[:GROUP] in an image's own lists. A number that they don't have is taken as it is, in group 0.
 * @throws HoldfastError `recipe-malformed`: no such name
 */
export function userOf(text: string, { passwd, group }: Accounts): User {
  const [who = '', which] = text.split(':', 2);
  const account = rowsOf(passwd).find(([name, , uid]) => name === who || uid === who);
  const uid = numberOf(account?.[2] ?? who);
  const groups = rowsOf(group);
  const wanted = which ?? account?.[3] ?? '0';
  const gid = numberOf(groups.find(([name]) => name === wanted)?.[2] ?? wanted);
  if (uid === undefined || gid === undefined)
    throw new HoldfastError('recipe-malformed', 'the image has no such user or group', { place: `user ${text}` });
  const member = (list = '') => account?.[0] !== undefined && list.split(',').includes(account[0]);
  const more = groups.filter((row) => member(row[3])).map((row) => numberOf(row[2] ?? ''));
  return { uid, gid, additionalGids: more.filter((one) => one !== undefined && one !== gid) as number[] };
}

function rowsOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.split(':'));
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : undefined;
}

/** Reads them from the image as it lies in containerd. @throws HoldfastError as `Ctr.run`, `file-unreadable` */
export async function accountsOf(ctr: Ctr, image: string, signal: AbortSignal): Promise<Accounts> {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-image-'));
  try {
    await ctr.run(['images', 'mount', image, root], { signal });
    return { passwd: await inside(root, 'passwd'), group: await inside(root, 'group') };
  } finally {
    await ctr.try(['images', 'unmount', '--rm', root]);
    await rmdir(root).catch(() => {});
  }
}

/** A symlink would be followed on the host: it is none of the image's then. */
async function inside(root: string, name: string): Promise<string> {
  const path = join(root, 'etc', name);
  for (const one of [join(root, 'etc'), path]) {
    const found = await lstat(one).catch(() => undefined);
    if (found === undefined) return '';
    if (found.isSymbolicLink())
      throw new HoldfastError('file-unreadable', "the image's is a symlink", { place: `/etc/${name}` });
  }
  return (await readBounded(path, mostBytes)).toString('utf8');
}
