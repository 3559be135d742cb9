import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Code, HoldfastError } from '../../src/errors/index.ts';
import { type FactSet, type Ledger, type NewEntry, openLedger, type WriteOptions } from '../../src/ledger/index.ts';
import type { Digest } from '../../src/oci/index.ts';

/** A directory of mode 0700 that goes with the test. */
export function scratch(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function openWriter(context: TestContext, directory: string, options: Partial<WriteOptions> = {}): Ledger {
  const ledger = openLedger({ mode: 'write', directory, component: 'test', lingerMilliseconds: 0, ...options });
  context.after(() => ledger.close());
  return ledger;
}

export function openReader(context: TestContext, directory: string, factSets: readonly FactSet[] = []): Ledger {
  const ledger = openLedger({ mode: 'read', directory, factSets });
  context.after(() => ledger.close());
  return ledger;
}

export function entry(over: Partial<NewEntry> = {}): NewEntry {
  return { kind: 'observation', time: '2026-11-24T09:30:00.000Z', subjects: [], body: {}, ...over };
}

export function digest(digit: string): Digest {
  return `sha256:${digit.repeat(64)}` as Digest;
}

/** For assert.throws and assert.rejects: a typed error with this code. */
export function coded(code: Code, message?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof HoldfastError, `not a HoldfastError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}

/** How many entries of each kind: the smallest set of facts that depends on order as well. */
export const counts: FactSet = {
  name: 'counts',
  version: 1,
  tables: [
    'CREATE TABLE kinds(kind TEXT PRIMARY KEY, n INTEGER NOT NULL, last INTEGER NOT NULL) STRICT',
    'CREATE INDEX kinds_n ON kinds(n)',
  ],
  apply(one, transaction) {
    transaction.run(
      'INSERT INTO kinds VALUES (?, 1, ?) ON CONFLICT(kind) DO UPDATE SET n = n + 1, last = excluded.last',
      one.kind,
      one.index,
    );
  },
};
