import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ReloadEvent, reloadChanged, signatureOf } from '../../src/kube/server/reload.ts';

const watched = async (what: string, file: string) => ({
  what,
  files: [file],
  seen: await signatureOf([file]),
  reload: () => Promise.resolve(),
});

test('what changes after a file was first looked at is read, also where that was before the watching began', async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-reload-'));
  context.after(() => rmSync(scratch, { recursive: true }));
  const [changed, same] = ['changed', 'same'].map((name) => join(scratch, name));
  assert.ok(changed !== undefined && same !== undefined);
  for (const file of [changed, same]) writeFileSync(file, 'one');
  const all = [await watched('changed', changed), await watched('same', same)];
  writeFileSync(changed, 'another');
  const ending = new AbortController();
  const told: ReloadEvent[] = [];
  await reloadChanged(all, 5, ending.signal, (event) => {
    told.push(event);
    // Some more looks: nothing else changes.
    setTimeout(() => ending.abort(), 50);
  });
  assert.deepEqual(told, [{ type: 'reloaded', what: 'changed' }]);
});
