import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scratch } from './scratch.ts';

/**
 * In a mount namespace of its own with a small tmpfs, which goes with the namespace. tmpfs has no fsync to fail,
 * but a write, and the growing of the shared memory, fail with ENOSPC as on a disk.
 */
test('a full disk: a typed error, nothing acknowledged is lost, and it goes on once there is room', (context) => {
  const directory = scratch(context);
  const play = fileURLToPath(new URL('./full-disk-play.ts', import.meta.url));
  const script = 'mount -t tmpfs -o size=4m,mode=0700 holdfast-test "$1" && exec "$2" "$3" "$1"';
  const result = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', directory, process.execPath, play],
    { encoding: 'utf8' },
  );
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^refused [1-9][0-9]*, acknowledged [1-9][0-9]*, problems 0\n$/);
});
