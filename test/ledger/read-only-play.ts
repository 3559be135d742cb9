/** Writes a store where it may, then is refused where the same place has become read-only. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openLedger } from '../../src/ledger/index.ts';
import { coded, entry } from './scratch.ts';

const [directory = '', step] = process.argv.slice(2);
const store = join(directory, 'store');
if (step === 'write') {
  const ledger = openLedger({ mode: 'write', directory: store, component: 'test' });
  await ledger.append([entry()]);
  await ledger.close();
  console.log('written');
} else {
  const other = join(directory, 'other');
  for (const place of [store, other]) {
    assert.throws(() => openLedger({ mode: 'write', directory: place, component: 'test' }), coded('store-unwritable'));
  }
  assert.throws(() => openLedger({ mode: 'read', directory: store }), coded('store-unwritable'));
  console.log('refused');
}
