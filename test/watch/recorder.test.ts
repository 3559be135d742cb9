import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EvidenceKind, type NewEntry, openLedger } from '../../src/ledger/index.ts';
import { Recorder } from '../../src/watch/recorder.ts';

const entry = (kind: EvidenceKind): NewEntry => ({ kind, time: '2026-01-01T00:00:00.000Z', subjects: [], body: {} });

async function withRecorder(act: (recorder: Recorder, kinds: () => readonly string[]) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-recorder-'));
  const ledger = openLedger({ mode: 'write', directory: join(directory, 'store'), component: 'test' });
  const unexpected = { onFailure: (error: Error) => assert.fail(error), onRecovery: () => assert.fail() };
  try {
    const recorder = new Recorder(ledger, unexpected);
    await act(recorder, () => [...ledger.read()].map(({ kind }) => kind));
    assert.equal(await recorder.close(), 0);
  } finally {
    await ledger.close();
    rmSync(directory, { recursive: true });
  }
}

test('a finding takes along, in order, what waited; nothing is done before it is on disk', async () => {
  await withRecorder(async (recorder, kinds) => {
    const done: string[] = [];
    for (const kind of ['observation', 'coverage'] as const)
      recorder.record(entry(kind), () => {
        assert.ok(kinds().includes(kind));
        done.push(kind);
      });
    await recorder.recorded(entry('finding'));
    assert.deepEqual(done, ['observation', 'coverage']);
    assert.deepEqual(kinds(), ['observation', 'coverage', 'finding']);
  });
});

test('observations alone are written too, and at the latest when it is closed', async () => {
  await withRecorder(async (recorder, kinds) => {
    await recorder.recorded(entry('observation'));
    assert.deepEqual(kinds(), ['observation']);
    recorder.record(entry('observation'));
    assert.equal(await recorder.close(), 0);
    assert.deepEqual(kinds(), ['observation', 'observation']);
  });
});
