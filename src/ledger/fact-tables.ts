import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { HoldfastError } from '../errors/index.ts';
import { migrate } from './migrations.ts';
import type { FactSet } from './model.ts';

/** What a fact set's statements make, found by making them: nobody parses SQL here. */
export interface FactTables {
  readonly set: FactSet;
  /** Of the version and the statements: another checksum means that the rows must be derived again. */
  readonly checksum: string;
  readonly tables: readonly string[];
  /** In the order to drop them. */
  readonly objects: readonly FactObject[];
}

export interface FactObject {
  readonly type: 'table' | 'view';
  readonly name: string;
}

/** @throws HoldfastError `facts-failed` when a set's statements fail, make a trigger, or take a name that is not free */
export function factTables(sets: readonly FactSet[]): readonly FactTables[] {
  const scratch = new DatabaseSync(':memory:');
  try {
    migrate(scratch, 'memory');
    const names = new Set<string>();
    return sets.map((set) => {
      if (!/^[a-z][a-z0-9-]{0,63}$/.test(set.name) || names.has(set.name) || !Number.isSafeInteger(set.version)) {
        throw failed(set, 'its name or version is malformed, or two sets have this name');
      }
      names.add(set.name);
      return tablesOf(scratch, set);
    });
  } finally {
    scratch.close();
  }
}

function tablesOf(scratch: DatabaseSync, set: FactSet): FactTables {
  const before = new Set(named(scratch).map((row) => row.name));
  for (const sql of set.tables) {
    try {
      scratch.exec(sql);
    } catch (cause) {
      throw failed(set, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
  const made = named(scratch).filter((row) => !before.has(row.name));
  if (made.some((row) => row.type === 'trigger')) throw failed(set, 'a trigger is no fact');
  const objects: FactObject[] = [];
  // Views first, so that none outlives its tables; indexes go with theirs.
  for (const type of ['view', 'table'] as const) {
    for (const row of made) if (row.type === type) objects.push({ type, name: row.name });
  }
  const checksum = createHash('sha256')
    .update(JSON.stringify([set.version, set.tables]))
    .digest('hex');
  return { set, checksum, objects, tables: objects.filter((o) => o.type === 'table').map((o) => o.name) };
}

function named(database: DatabaseSync): { type: string; name: string }[] {
  const rows = database.prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").all();
  return rows.map((row) => ({ type: String(row['type']), name: String(row['name']) }));
}

function failed(set: FactSet, message: string, cause?: unknown): HoldfastError {
  return new HoldfastError('facts-failed', message, { place: `fact set ${set.name}`, cause });
}
