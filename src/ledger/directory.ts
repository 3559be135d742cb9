import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HoldfastError } from '../errors/index.ts';

/**
 * Where everything that lasts is kept: `--store`, else HOLDFAST_STORE, else /var/lib/holdfast
 * for root and $XDG_STATE_HOME/holdfast (or ~/.local/state/holdfast) for others.
 *
 * @throws HoldfastError `usage` when nothing names a place
 */
export function storeDirectory(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): string {
  if (option !== undefined) return named(option, '--store');
  const variable = env['HOLDFAST_STORE'];
  if (variable !== undefined && variable !== '') return named(variable, 'HOLDFAST_STORE');
  if (uid === 0) return '/var/lib/holdfast';
  const state = env['XDG_STATE_HOME'];
  // XDG base directory specification: a path that isn't absolute is to be ignored.
  if (state?.startsWith('/') === true) return join(state, 'holdfast');
  const home = env['HOME'];
  if (home?.startsWith('/') === true) return join(home, '.local/state/holdfast');
  throw new HoldfastError('usage', 'no state directory: neither --store, HOLDFAST_STORE, XDG_STATE_HOME nor HOME');
}

/**
 * Makes the directory (0700) if it is not there. One that is there is looked at and never changed:
 * the evidence in it must be out of reach of other users, and `--store /tmp` must not close /tmp.
 *
 * @throws HoldfastError `store-unsafe`, `store-unwritable`
 */
export function prepareDirectory(directory: string): void {
  let made: string | undefined;
  try {
    made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HoldfastError('store-unwritable', `cannot make it: ${message(cause)}`, { place: directory, cause });
  }
  checkDirectory(directory);
  if (made !== undefined) for (const path of upTo(directory, dirname(made))) syncDirectory(path);
}

/** @throws HoldfastError `store-unsafe` */
export function checkDirectory(directory: string): void {
  const stat = statSync(directory);
  const uid = process.getuid?.() ?? -1;
  if (stat.uid !== uid && uid !== 0) {
    throw new HoldfastError('store-unsafe', `it belongs to uid ${stat.uid}, this is uid ${uid}`, { place: directory });
  }
  if ((stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o7777).toString(8);
    throw new HoldfastError('store-unsafe', `its mode is ${mode}, others may enter`, { place: directory });
  }
}

/** A new name in a directory lasts only once the directory itself is on disk. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function upTo(path: string, top: string): string[] {
  const list = [path];
  for (let at = path; at !== top && at !== dirname(at); at = dirname(at)) list.push(dirname(at));
  return list;
}

function named(path: string, by: string): string {
  if (path === '' || path.includes('\0')) throw new HoldfastError('usage', `${by} names no directory`);
  return resolve(path);
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
