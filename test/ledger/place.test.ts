import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHost, storeDirectory } from '../../src/ledger/index.ts';
import { coded, scratch } from './scratch.ts';

test('the state directory: --store, HOLDFAST_STORE, root’s, XDG’s, home’s, in this order', () => {
  const env = { HOLDFAST_STORE: '/env', XDG_STATE_HOME: '/xdg', HOME: '/home/a' };
  assert.equal(storeDirectory('/option', env, 0), '/option');
  assert.equal(storeDirectory('relative', env, 0), join(process.cwd(), 'relative'));
  assert.equal(storeDirectory(undefined, env, 0), '/env');
  assert.equal(storeDirectory(undefined, { ...env, HOLDFAST_STORE: '' }, 0), '/var/lib/holdfast');
  assert.equal(storeDirectory(undefined, { XDG_STATE_HOME: '/xdg', HOME: '/home/a' }, 1000), '/xdg/holdfast');
  assert.equal(
    storeDirectory(undefined, { XDG_STATE_HOME: 'x', HOME: '/home/a' }, 1000),
    '/home/a/.local/state/holdfast',
  );
  assert.equal(storeDirectory(undefined, { HOME: '/home/a' }, 1000), '/home/a/.local/state/holdfast');
  assert.throws(() => storeDirectory(undefined, {}, 1000), coded('usage'));
  assert.throws(() => storeDirectory('', env, 0), coded('usage'));
  assert.throws(() => storeDirectory('a\0b', env, 0), coded('usage'));
});

test('a host is its machine-id and its boot', () => {
  const host = readHost('f'.repeat(32));
  assert.equal(host.id, `${host.machine}:${host.boot}`);
  assert.deepEqual(readHost('f'.repeat(32)), host);
});

test('where there is no machine-id, the one kept in the store stands in, and it is said', (context) => {
  const directory = scratch(context);
  const machineId = [join(directory, 'machine-id')];
  const files = { machineId, bootId: '/proc/sys/kernel/random/boot_id' };
  const standIn = 'a'.repeat(32);
  for (const text of [
    undefined,
    '',
    'uninitialized\n',
    `${'0'.repeat(32)}\n`,
    `${'g'.repeat(32)}\n`,
    `${'b'.repeat(31)}\n`,
  ]) {
    if (text !== undefined) writeFileSync(machineId[0] ?? '', text);
    assert.deepEqual([readHost(standIn, files).machine, readHost(standIn, files).machineFrom], [standIn, 'store']);
  }
  writeFileSync(machineId[0] ?? '', `${'b'.repeat(32)}\n`);
  assert.deepEqual(
    [readHost(standIn, files).machine, readHost(standIn, files).machineFrom],
    ['b'.repeat(32), 'machine-id'],
  );
  assert.throws(() => readHost(standIn, { ...files, bootId: join(directory, 'none') }), coded('ledger-io'));
});
