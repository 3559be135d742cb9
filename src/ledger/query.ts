import { HoldfastError } from '../errors/index.ts';
import type { Row, SqlValue } from './model.ts';
import { ledgerError, sqliteCode } from './sqlite-error.ts';
import type { Statements } from './statements.ts';

const mostRows = 100_000;

/**
 * One SELECT, on a connection whose authorizer lets nothing else through. Statements are compiled anew
 * unless the text has parameters: texts with values written into them would fill the cache.
 *
 * @throws HoldfastError `query-refused`, `query-too-large`, `ledger-corrupt`, `ledger-io`
 */
export function queryRows(
  statements: Statements,
  place: string,
  sql: string,
  parameters: readonly SqlValue[] = [],
): readonly Row[] {
  const rows: Row[] = [];
  try {
    const statement = parameters.length > 0 ? statements.of(sql) : statements.database.prepare(sql);
    for (const row of statement.iterate(...parameters)) {
      if (rows.length === mostRows) throw new HoldfastError('query-too-large', `more than ${mostRows} rows`);
      rows.push(row as Row);
    }
    return rows;
  } catch (cause) {
    throw isQuestion(cause) ? refused(cause) : ledgerError(cause, place);
  }
}

/** ERROR (1), TOOBIG (18), MISMATCH (20), AUTH (23), RANGE (25), or a value JavaScript can't hold: the question is at fault. */
function isQuestion(cause: unknown): boolean {
  const code = sqliteCode(cause);
  if (code !== undefined) return [1, 18, 20, 23, 25].includes(code & 0xff);
  return !(cause instanceof HoldfastError);
}

function refused(cause: unknown): HoldfastError {
  return new HoldfastError('query-refused', cause instanceof Error ? cause.message : String(cause), { cause });
}
