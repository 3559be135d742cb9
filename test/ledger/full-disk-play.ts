/** Fills the small file system it is given by ballast and by the ledger itself, three times, and checks at the end. */
import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Ledger, openLedger } from '../../src/ledger/index.ts';
import { coded, counts, entry } from './scratch.ts';

const directory = process.argv[2] ?? '';
const store = join(directory, 'store');
const ballast = join(directory, 'ballast');
const acknowledged = new Map<number, number>();
let refused = 0;
let said = 0;

function fillDisk(): void {
  const descriptor = openSync(ballast, 'w', 0o600);
  try {
    for (const size of [65536, 4096]) {
      const block = Buffer.alloc(size);
      // Until ENOSPC, first in large steps, then to the last page.
      for (let full = false; !full; ) {
        try {
          writeSync(descriptor, block);
        } catch {
          full = true;
        }
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

async function say(ledger: Ledger): Promise<boolean> {
  const n = said++;
  try {
    const { first } = await ledger.append([entry({ body: { n, fill: 'x'.repeat(2000) } })]);
    acknowledged.set(first, n);
    return true;
  } catch (error) {
    coded('ledger-full')(error);
    refused += 1;
    return false;
  }
}

const options = { mode: 'write', component: 'test', factSets: [counts], lingerMilliseconds: 0 } as const;

// No room to begin with: no store, a typed error; later the same call succeeds.
fillDisk();
assert.throws(
  () => openLedger({ ...options, directory: store }),
  (error) => coded('ledger-full')(error),
);
rmSync(ballast);

const ledger = openLedger({ ...options, directory: store });
for (let round = 0; round < 3; round++) {
  for (let n = 0; n < 20; n++) assert.ok(await say(ledger), 'there is room');
  fillDisk();
  // The WAL may hold room from before: a few still go through, then none does.
  for (let failures = 0; failures < 10; ) if (!(await say(ledger))) failures += 1;
  assert.equal([...ledger.read()].length, acknowledged.size, 'reading goes on while the disk is full');
  rmSync(ballast);
}
assert.ok(await say(ledger), 'without a restart');
// Now the ledger itself fills what is left.
while (await say(ledger));
for (const [index, n] of acknowledged) {
  const [one] = [...ledger.read({ from: index, limit: 1 })];
  assert.equal(one?.index, index);
  assert.equal((one.body as { n: number }).n, n);
}
assert.equal([...ledger.read()].length, acknowledged.size);
const { problems } = ledger.check();
assert.deepEqual(problems, []);
await ledger.close();
console.log(`refused ${refused}, acknowledged ${acknowledged.size}, problems ${problems.length}`);
