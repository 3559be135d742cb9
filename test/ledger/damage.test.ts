import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { coded, counts, entry, openReader, openWriter, scratch } from './scratch.ts';

const open = (directory: string) => openLedger({ mode: 'write', directory, component: 'test' });

async function filled(directory: string): Promise<string> {
  const ledger = openLedger({ mode: 'write', directory, component: 'test', factSets: [counts] });
  for (let n = 0; n < 20; n++) await ledger.append([entry({ body: { n, fill: 'x'.repeat(500) } })]);
  await ledger.close();
  return join(directory, 'ledger.db');
}

test('no ledger yet: reading says so, and makes nothing', (context) => {
  const directory = join(scratch(context), 'none');
  assert.throws(() => openReader(context, directory), coded('ledger-absent'));
  assert.throws(() => readFileSync(directory), { code: 'ENOENT' });
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, 'ledger.db'), '');
  assert.throws(() => openReader(context, directory), coded('ledger-absent'));
});

test('a first start that was cut short is taken up', async (context) => {
  const directory = scratch(context);
  writeFileSync(join(directory, 'ledger.db'), '');
  await openWriter(context, directory).append([entry()]);
});

test('a directory that others may enter is refused and left as it is', (context) => {
  const directory = scratch(context);
  for (const mode of [0o755, 0o770, 0o701]) {
    chmodSync(directory, mode);
    assert.throws(() => open(directory), coded('store-unsafe'));
  }
  chmodSync(directory, 0o700);
});

test('a place that can’t be a directory is a typed error', (context) => {
  const file = join(scratch(context), 'file');
  writeFileSync(file, '');
  assert.throws(() => open(file), coded('store-unwritable'));
  assert.throws(() => open(join(file, 'below')), coded('store-unwritable'));
  assert.throws(() => openReader(context, join(file, 'below')), coded('ledger-absent'));
});

test('a newer ledger is refused for writing and reading', async (context) => {
  const directory = scratch(context);
  const database = new DatabaseSync(await filled(directory));
  database.exec("INSERT INTO migrations VALUES (99, 'from the future', 'x', 'now')");
  database.close();
  assert.throws(() => open(directory), coded('ledger-newer', /from the future/));
  assert.throws(() => openReader(context, directory), coded('ledger-newer'));
});

test('a ledger whose migrations are not ours, or another program’s database, is refused', async (context) => {
  const directory = scratch(context);
  const path = await filled(directory);
  const database = new DatabaseSync(path);
  database.exec("UPDATE migrations SET checksum = 'x'");
  database.close();
  assert.throws(() => open(directory), coded('ledger-foreign'));
  rmSync(path);
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE theirs(x)');
  other.close();
  assert.throws(() => open(directory), coded('ledger-foreign'));
  assert.throws(() => openReader(context, directory), coded('ledger-foreign'));
});

test('a file that is no database is refused, not overwritten', (context) => {
  const directory = scratch(context);
  const text = 'not a database, but somebody’s text '.repeat(100);
  writeFileSync(join(directory, 'ledger.db'), text);
  assert.throws(() => open(directory), coded('ledger-corrupt'));
  assert.throws(() => openReader(context, directory), coded('ledger-corrupt'));
  assert.equal(readFileSync(join(directory, 'ledger.db'), 'utf8'), text);
});

test('whatever bytes are damaged or missing: a typed error, or a check that says so, or the entries as they were', async (context) => {
  const directory = scratch(context);
  const path = await filled(directory);
  const whole = `${path}.whole`;
  copyFileSync(path, whole);
  const size = readFileSync(whole).byteLength;
  const damage = fc.oneof(
    fc.record({ cut: fc.nat(size) }),
    fc.record({ at: fc.nat(size - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  );
  let outcomes = { error: 0, found: 0, unharmed: 0 };
  await fc.assert(
    fc.asyncProperty(damage, async (hit) => {
      rmSync(`${path}-wal`, { force: true });
      rmSync(`${path}-shm`, { force: true });
      copyFileSync(whole, path);
      if ('cut' in hit) truncateSync(path, hit.cut);
      else writeFileSync(path, patched(readFileSync(whole), hit.at, hit.bytes));
      let ledger: ReturnType<typeof openLedger> | undefined;
      try {
        ledger = openLedger({ mode: 'read', directory, factSets: [counts] });
        const report = ledger.check();
        if (report.problems.length > 0) outcomes = { ...outcomes, found: outcomes.found + 1 };
        else {
          assert.equal([...ledger.read()].length, 20);
          outcomes = { ...outcomes, unharmed: outcomes.unharmed + 1 };
        }
      } catch (error) {
        assert.ok(error instanceof HoldfastError, String(error));
        outcomes = { ...outcomes, error: outcomes.error + 1 };
      } finally {
        await ledger?.close();
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(outcomes.error > 0 && outcomes.found > 0, JSON.stringify(outcomes));
});

function patched(bytes: Buffer, at: number, patch: Uint8Array): Buffer {
  bytes.set(patch.subarray(0, bytes.byteLength - at), at);
  return bytes;
}
