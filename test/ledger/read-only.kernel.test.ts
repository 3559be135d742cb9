import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scratch } from './scratch.ts';

test('a store on a file system that was mounted read-only: a typed error for writer and reader', (context) => {
  const directory = scratch(context);
  const play = fileURLToPath(new URL('./read-only-play.ts', import.meta.url));
  const script =
    'mount -t tmpfs -o size=4m,mode=0700 holdfast-test "$1" && "$2" "$3" "$1" write && ' +
    'mount -o remount,ro "$1" && exec "$2" "$3" "$1" read-only';
  const result = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', directory, process.execPath, play],
    { encoding: 'utf8' },
  );
  assert.equal(result.status, 0, result.stderr);
  assert.equal(result.stdout, 'written\nrefused\n');
});
