import { constants } from 'node:sqlite';
import { HoldfastError } from '../errors/index.ts';
import type { Digest } from '../oci/index.ts';
import type { FactTables } from './fact-tables.ts';
import type { Entry, FactTransaction, Row, SqlValue } from './model.ts';
import { ledgerError, sqliteCode } from './sqlite-error.ts';
import { Statements } from './statements.ts';

/** Functions whose answer is not in the entries. */
const indeterminate = new Set(['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid']);
/** CURRENT_TIME and its like; date and time functions of a stored text are fine, and 'now' is the set's own fault. */
const clocks = new Set(['current_time', 'current_date', 'current_timestamp']);
const tableFunctions = ['json_each', 'json_tree'];
/** NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the store failed, not the derivation. */
const storeFailures = new Set([7, 10, 11, 13, 14, 26]);

/** One fact set at work on one database: its statements see its own tables and nothing else. */
export class Derivation implements FactTransaction {
  readonly #facts: FactTables;
  readonly #statements: Statements;
  readonly #known = new Set<string>();
  readonly #readBlob: (digest: Digest) => Uint8Array | undefined;

  constructor(facts: FactTables, statements: Statements, readBlob: (digest: Digest) => Uint8Array | undefined) {
    this.#facts = facts;
    this.#statements = new Statements(statements.database);
    this.#readBlob = readBlob;
  }

  /** @throws HoldfastError `facts-failed`, or what the store says */
  apply(entry: Entry): void {
    const { set } = this.#facts;
    try {
      set.apply(entry, this);
    } catch (cause) {
      const place = `fact set ${set.name}, entry ${entry.index}`;
      const code = sqliteCode(cause);
      if (code !== undefined && storeFailures.has(code & 0xff)) {
        throw ledgerError(cause, this.#statements.database.location() ?? place);
      }
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new HoldfastError('facts-failed', message, { place, cause });
    }
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.#statement(sql).run(...values);
  }

  get(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all(sql: string, ...values: SqlValue[]): readonly Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  blob(digest: Digest): Uint8Array | undefined {
    return this.#readBlob(digest);
  }

  #statement(sql: string) {
    if (this.#known.has(sql)) return this.#statements.of(sql);
    const { database } = this.#statements;
    database.setAuthorizer((action, first, second) =>
      this.#allows(action, first, second) ? 0 : constants.SQLITE_DENY,
    );
    try {
      const statement = this.#statements.of(sql);
      this.#known.add(sql);
      return statement;
    } finally {
      database.setAuthorizer(null);
    }
  }

  #allows(action: number, first: string | null, second: string | null): boolean {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return true;
      case constants.SQLITE_FUNCTION:
        return !indeterminate.has(second ?? '') && !clocks.has(second ?? '');
      case constants.SQLITE_READ:
        // SQLite names no table for a column of a subquery.
        return first === '' || this.#owns(first) || tableFunctions.includes(first ?? '');
      case constants.SQLITE_INSERT:
      case constants.SQLITE_UPDATE:
      case constants.SQLITE_DELETE:
        return this.#owns(first);
      default:
        return false;
    }
  }

  #owns(table: string | null): boolean {
    return this.#facts.objects.some((object) => object.name === table);
  }
}
