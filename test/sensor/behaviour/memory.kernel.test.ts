import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { locateSensor, startSensor } from '../../../src/sensor/index.ts';

const peakMaxKib = 15 * 1024;

it('the sensor’s memory at its highest, while it starts', { timeout: 30_000 }, async (t) => {
  process.env['HOLDFAST_BESIDE_OTHERS'] ??= '1';
  const stop = new AbortController();
  const binary = locateSensor(process.env);
  let peak = 0;
  let pid = 0;
  for await (const batch of startSensor({ binary, options: { guards: [] }, signal: stop.signal })) {
    for (const event of batch) if (event.type === 'hello') pid = event.pid;
    if (!batch.some((event) => event.type === 'heartbeat') || stop.signal.aborted) continue;
    // The kernel's own high-water mark, so it does not matter when it is read.
    peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    stop.abort();
  }
  t.diagnostic(`${peak} KiB`);
  assert.ok(peak > 0 && peak < peakMaxKib, `${peak} KiB`);
});
