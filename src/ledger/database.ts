import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { constants, DatabaseSync } from 'node:sqlite';
import { HoldfastError } from '../errors/index.ts';
import { checkDirectory, syncDirectory } from './directory.ts';
import { migrate, migrationState, migrations } from './migrations.ts';
import { ledgerError } from './sqlite-error.ts';

const busyMilliseconds = 5000;

export function ledgerFile(directory: string): string {
  return join(directory, 'ledger.db');
}

/**
 * The connection that writes. WAL with synchronous=FULL: each commit is one fsync of the log, and readers never
 * wait. The caller holds the writer's lock.
 *
 * @throws HoldfastError `ledger-corrupt`, `ledger-foreign`, `ledger-newer`, `ledger-full`, `store-unwritable`, `ledger-io`
 */
export function openForWriting(directory: string): DatabaseSync {
  const path = ledgerFile(directory);
  return opened(path, () => {
    if (!existsSync(path)) createFile(path, directory);
    const database = new DatabaseSync(path, { timeout: busyMilliseconds, enableForeignKeyConstraints: true });
    return configured(database, () => {
      migrationState(database, path);
      database.exec(`
        PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=${64 * 1024 * 1024};
        PRAGMA cache_size=-8192; PRAGMA trusted_schema=OFF`);
      migrate(database, path);
      // The stand-in for a machine-id is made once, whether it is ever needed or not.
      database
        .prepare("INSERT OR IGNORE INTO meta VALUES ('machine-stand-in', ?)")
        .run(randomBytes(16).toString('hex'));
    });
  });
}

/** A connection that only reads, beside the writer or without one. @throws as above, and `ledger-absent`, `ledger-older` */
export function openForReading(directory: string): DatabaseSync {
  const path = ledgerFile(directory);
  return opened(path, () => {
    if (!existsSync(path)) throw new HoldfastError('ledger-absent', 'no ledger here', { place: directory });
    checkDirectory(directory);
    const database = new DatabaseSync(path, { timeout: busyMilliseconds, readOnly: true });
    return configured(database, () => {
      const done = migrationState(database, path);
      if (done === 0) throw new HoldfastError('ledger-absent', 'the ledger is empty', { place: directory });
      if (done < migrations.length) {
        throw new HoldfastError('ledger-older', `at migration ${done} of ${migrations.length}`, { place: path });
      }
      database.exec('PRAGMA cache_size=-4096; PRAGMA trusted_schema=OFF');
    });
  });
}

/** A third connection for SQL from elsewhere: reading is all that SQLite's authorizer lets through. */
export function openForQueries(directory: string): DatabaseSync {
  const database = openForReading(directory);
  const allowed = [
    constants.SQLITE_SELECT,
    constants.SQLITE_READ,
    constants.SQLITE_FUNCTION,
    constants.SQLITE_RECURSIVE,
  ];
  database.setAuthorizer((action) => (allowed.includes(action) ? constants.SQLITE_OK : constants.SQLITE_DENY));
  return database;
}

/** Which random id stands in for this host's machine-id, if it has none. */
export function machineStandIn(database: DatabaseSync): string {
  return String(database.prepare("SELECT value FROM meta WHERE key = 'machine-stand-in'").get()?.['value'] ?? '');
}

function createFile(path: string, directory: string): void {
  // Before SQLite makes it, so that it and the files beside it are ours alone, and its name is on disk.
  const descriptor = openSync(path, 'wx', 0o600);
  fsyncSync(descriptor);
  closeSync(descriptor);
  syncDirectory(directory);
}

function opened<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw ledgerError(cause, path);
  }
}

function configured(database: DatabaseSync, configure: () => void): DatabaseSync {
  try {
    configure();
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}
