import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acknowledged, startAppender } from './child.ts';
import { scratch } from './scratch.ts';

/** What the kernel was asked, as strace saw it: kill -9 can't show a missing fsync, a power cut would. */
test('no append is acknowledged before its bytes in the log were synced', async (context) => {
  const directory = scratch(context);
  const trace = join(scratch(context), 'trace');
  const child = startAppender(
    context,
    [directory, '4', '500', '30'],
    ['strace', '-f', '-y', '-s', '40', '-o', trace, '-e', 'trace=write,pwrite64,fsync,fdatasync'],
  );
  assert.equal(await child.ended, 0);
  const acks = acknowledged(child.lines).length;
  assert.equal(acks, 120);

  let dirty = false;
  let seen = 0;
  let syncs = 0;
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    if (/(pwrite64|write)\(\d+<[^>]*ledger\.db-wal>/.test(line)) dirty = true;
    if (/f(data)?sync\(\d+<[^>]*ledger\.db-wal>\)\s+= 0/.test(line)) {
      dirty = false;
      syncs += 1;
    }
    if (/write\(1<[^>]*>, "ack /.test(line)) {
      seen += 1;
      assert.equal(dirty, false, line);
    }
  }
  assert.equal(seen, acks);
  assert.ok(syncs >= 30, 'each lane waits for its own append, so there are at least as many groups');
  assert.ok(syncs < acks, 'and appends that wait together share one sync');
});
