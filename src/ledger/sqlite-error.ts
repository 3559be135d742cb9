import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Code, HoldfastError } from '../errors/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that have an answer of their own here. */
const primary: Readonly<Record<number, Code>> = {
  3: 'store-unwritable', // PERM
  5: 'ledger-locked', // BUSY
  8: 'store-unwritable', // READONLY
  11: 'ledger-corrupt', // CORRUPT
  13: 'ledger-full', // FULL
  14: 'store-unwritable', // CANTOPEN
  26: 'ledger-corrupt', // NOTADB
};
const ioError = 10;
/** IOERR_CORRUPTFS: the file system says that it is damaged. */
const ioErrorCorrupt = ioError | (33 << 8);

/** Whatever went wrong under the ledger as one typed error. A HoldfastError goes through as it is. */
export function ledgerError(cause: unknown, place: string): HoldfastError {
  if (cause instanceof HoldfastError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(codeOf(cause, place), message, { place, cause });
}

export function sqliteCode(cause: unknown): number | undefined {
  if (typeof cause !== 'object' || cause === null || !('errcode' in cause)) return undefined;
  return typeof cause.errcode === 'number' ? cause.errcode : undefined;
}

function codeOf(cause: unknown, place: string): Code {
  const code = sqliteCode(cause);
  if (code === undefined) return fileCode(cause);
  if (code === ioErrorCorrupt) return 'ledger-corrupt';
  // SQLite says FULL for a write, but IOERR when the shared memory of the WAL can't grow: ask the file system.
  if ((code & 0xff) === ioError) return isFull(place) ? 'ledger-full' : 'ledger-io';
  return primary[code & 0xff] ?? 'ledger-io';
}

function fileCode(cause: unknown): Code {
  const name = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  switch (name) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'ledger-full';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EISDIR':
      return 'store-unwritable';
    case 'ENOENT':
      return 'ledger-absent';
    default:
      return 'ledger-io';
  }
}

function isFull(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(place));
    return bavail * bsize < 1024 * 1024;
  } catch {
    return false;
  }
}
