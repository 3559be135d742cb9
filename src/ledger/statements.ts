import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Statements of one connection, compiled once. The texts are a program's constants, so there are few. */
export class Statements {
  readonly database: DatabaseSync;
  readonly #compiled = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  of(sql: string): StatementSync {
    let statement = this.#compiled.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#compiled.set(sql, statement);
    }
    return statement;
  }
}
