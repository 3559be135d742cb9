import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadSigner } from '../../src/attest/index.ts';
import { readBounded } from '../../src/files/index.ts';

const noPassphrase = async (): Promise<string> => '';

describe('a file that someone named', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
  after(() => rmSync(scratch, { recursive: true }));

  it('is read up to its bound, and refused with one byte more', async () => {
    const path = join(scratch, 'file');
    for (const length of [0, 1, 99_999, 100_000]) {
      writeFileSync(path, Buffer.alloc(length, 7));
      assert.deepEqual(await readBounded(path, 100_000), Buffer.alloc(length, 7));
    }
    writeFileSync(path, Buffer.alloc(100_001));
    await assert.rejects(readBounded(path, 100_000), { code: 'file-unreadable', place: path });
    await assert.rejects(readBounded(path, 100_000, 'key-malformed'), { code: 'key-malformed', place: path });
  });

  it('may be a pipe, which says of itself that it is empty', async () => {
    const path = join(scratch, 'pipe');
    execFileSync('mkfifo', [path]);
    for (const [length, most] of [
      [200_000, 200_000],
      [200_001, 200_000],
    ] as const) {
      const writer = spawn('head', ['-c', String(length), '/dev/zero'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const into = spawn('sh', ['-c', `cat > "${path}"`], { stdio: [writer.stdout, 'ignore', 'ignore'] });
      const ended = once(into, 'exit');
      if (length > most) await assert.rejects(readBounded(path, most), { code: 'file-unreadable' });
      else assert.equal((await readBounded(path, most)).length, length);
      await ended;
    }
  });

  it('need not end: no more of it is read than may be there', async () => {
    await assert.rejects(readBounded('/dev/zero', 1 << 20), { code: 'file-unreadable', place: '/dev/zero' });
    await assert.rejects(loadSigner('/dev/zero', noPassphrase, AbortSignal.timeout(10_000)), { code: 'key-malformed' });
  });

  it('must be there, and be no directory', async () => {
    await assert.rejects(readBounded(join(scratch, 'nothing'), 10), { code: 'not-found' });
    await assert.rejects(readBounded(scratch, 10), { code: 'file-unreadable', place: scratch });
  });
});
