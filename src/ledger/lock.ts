import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HoldfastError } from '../errors/index.ts';
import { ledgerError, sqliteCode } from './sqlite-error.ts';

/** As it stands in `writer.json`: who writes this ledger. For people only; the lock itself is the kernel's. */
interface Writer {
  readonly pid: number;
  /** Start in clock ticks since boot, field 22 of /proc/PID/stat: tells a reused pid apart. */
  readonly started: string;
  readonly since: string;
  readonly command: string;
}

export interface WriterLock {
  release(): void;
}

const busy = 5;

/**
 * One writer at a time. Node has no flock, but SQLite takes the kernel's file locks: an exclusive transaction on
 * an empty database of its own, held open. The kernel drops it with the process, however that ends.
 * Nothing else may open `lock.db` in this process: closing any descriptor of a file drops its POSIX locks.
 *
 * @throws HoldfastError `ledger-locked` with the holder's pid, start and command; `ledger-full`, `store-unwritable`
 */
export function lockForWriting(directory: string): WriterLock {
  const path = join(directory, 'lock.db');
  const record = join(directory, 'writer.json');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 500 });
    // Without a journal the lock needs no space on a full disk; nothing is ever written under it.
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (((sqliteCode(cause) ?? 0) & 0xff) !== busy) throw ledgerError(cause, path);
    throw new HoldfastError('ledger-locked', `written by ${holder(record)}`, { place: directory, cause });
  }
  sign(record);
  const held = database;
  return {
    release() {
      rmSync(record, { force: true });
      held.close();
    },
  };
}

function sign(record: string): void {
  const writer: Writer = {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    since: new Date().toISOString(),
    command: readFileSync('/proc/self/cmdline', 'utf8').replaceAll('\0', ' ').trim().slice(0, 300),
  };
  try {
    writeFileSync(`${record}.new`, `${JSON.stringify(writer)}\n`, { mode: 0o600 });
    renameSync(`${record}.new`, record);
  } catch {
    // On a full disk the lock still holds; only the words for the next one who asks are missing.
    rmSync(record, { force: true });
  }
}

function holder(record: string): string {
  try {
    const writer = JSON.parse(readFileSync(record, 'utf8')) as Writer;
    if (startOf(writer.pid) === writer.started) {
      return `pid ${writer.pid}, since ${writer.since}: ${writer.command}`;
    }
  } catch {
    // Not written yet, or cut short: the lock is held all the same.
  }
  return 'another process, which has not left its name';
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in brackets may hold spaces and brackets: count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
