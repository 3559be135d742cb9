import { HoldfastError } from '../errors/index.ts';
import { readBlob } from './blobs.ts';
import type { FactTables } from './fact-tables.ts';
import { Derivation } from './fact-transaction.ts';
import type { Entry } from './model.ts';
import { readEntries } from './read.ts';
import type { Statements } from './statements.ts';

/**
 * The facts of the writing connection. `fact_sets` remembers how far each set was derived: a set that a writer
 * does not know of stays behind, and the next writer that does brings it up.
 */
export class Facts {
  readonly #statements: Statements;
  readonly #place: string;
  readonly #all: readonly FactTables[];
  readonly #derivations: readonly Derivation[];

  constructor(statements: Statements, place: string, all: readonly FactTables[]) {
    this.#statements = statements;
    this.#place = place;
    this.#all = all;
    this.#derivations = all.map((facts) => new Derivation(facts, statements, (digest) => readBlob(statements, digest)));
  }

  get none(): boolean {
    return this.#all.length === 0;
  }

  /** Within the transaction that appends the entry. */
  apply(entry: Entry): void {
    for (const derivation of this.#derivations) derivation.apply(entry);
  }

  /** Within the same transaction, after the last entry. */
  reached(index: number): void {
    for (const { set } of this.#all) {
      this.#statements.of('UPDATE fact_sets SET through = ? WHERE name = ?').run(index, set.name);
    }
  }

  /** At open: makes what is missing, drops what another version made, and derives what is behind. */
  bringUp(again = false): void {
    if (this.none) return;
    const { database } = this.#statements;
    database.exec('BEGIN IMMEDIATE');
    try {
      const behind = this.#all.map((facts) => this.#through(facts, again));
      const from = Math.min(...behind) + 1;
      for (const entry of readEntries(this.#statements, this.#place, { from })) {
        for (const [at, derivation] of this.#derivations.entries()) {
          if (entry.index > (behind[at] ?? -1)) derivation.apply(entry);
        }
      }
      this.reached(lastIndex(this.#statements));
      database.exec('COMMIT');
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw cause;
    }
  }

  #through(facts: FactTables, again: boolean): number {
    const { database } = this.#statements;
    const row = factSetRow(this.#statements, facts);
    if (row !== undefined && row.checksum === facts.checksum && !again) return row.through;
    for (const { type, name } of row?.objects ?? []) database.exec(`DROP ${type} ${JSON.stringify(name)}`);
    for (const sql of facts.set.tables) database.exec(sql);
    this.#statements
      .of('INSERT OR REPLACE INTO fact_sets(name, version, checksum, objects, through) VALUES (?, ?, ?, ?, -1)')
      .run(facts.set.name, facts.set.version, facts.checksum, JSON.stringify(facts.objects));
    return -1;
  }
}

/** For a reader: facts of another version, or behind the entries, would be a wrong answer. @throws HoldfastError `facts-stale` */
export function requireFacts(statements: Statements, place: string, all: readonly FactTables[]): void {
  const last = lastIndex(statements);
  for (const facts of all) {
    const row = factSetRow(statements, facts);
    if (row === undefined || row.checksum !== facts.checksum || row.through < last) {
      throw new HoldfastError('facts-stale', `fact set ${facts.set.name} is missing, of another version or behind`, {
        place,
      });
    }
  }
}

export function lastIndex(statements: Statements): number {
  return Number(statements.of('SELECT coalesce(max("index"), -1) AS n FROM entries').get()?.['n']);
}

function factSetRow(statements: Statements, facts: FactTables) {
  const row = statements.of('SELECT checksum, objects, through FROM fact_sets WHERE name = ?').get(facts.set.name);
  if (row === undefined) return undefined;
  return {
    checksum: String(row['checksum']),
    objects: JSON.parse(String(row['objects'])) as FactTables['objects'],
    through: Number(row['through']),
  };
}
