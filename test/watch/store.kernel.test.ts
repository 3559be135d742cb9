import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { busyboxImage } from '../support/roots.ts';
import { Watching } from './watching.ts';

const image = 'test.local/busybox:latest';
const drop = (name: string): string[] => [
  'sh',
  '-c',
  `mkdir /tmp/${name} && cp /bin/busybox /tmp/${name}/true && echo ${name} >> /tmp/${name}/true && /tmp/${name}/true`,
];

test('a full disk is stated, watching goes on, and what was seen meanwhile is written when there is room', async () => {
  await using watching = await Watching.open(await busyboxImage(), image);
  mkdirSync(watching.store, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', watching.store]);
  try {
    await watching.start();
    await watching.containerd.run({ image, id: 'before', args: drop('one') });
    await watching.until(() => watching.of('finding', 'before').length === 1, 'a finding while there is room');
    const ballast = join(watching.store, 'ballast');
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(16 << 20)), { code: 'ENOSPC' });
    // More than what the open files of the store still have room for.
    for (let n = 0; n < 12; n++) await watching.containerd.run({ image, id: `full-${n}`, args: drop('two') });
    await watching.until(() => watching.of('notice').some((line) => line['code'] === 'ledger-full'), 'the notice');
    const shown = watching.of('finding').length;
    rmSync(ballast);
    await watching.until(() => watching.of('notice').some((line) => line['code'] === 'store-back'), 'the recovery');
    await watching.until(() => watching.of('finding').length === 13, 'the findings that waited');
    assert.ok(shown < 13, 'nothing is shown before it is on disk');
    await watching.stop();
    const stored = JSON.parse((await watching.verb('findings', '--json')).stdout) as { findings: readonly object[] };
    assert.equal(stored.findings.length, 13);
  } finally {
    await watching.stop();
    execFileSync('umount', ['--lazy', watching.store]);
  }
});
