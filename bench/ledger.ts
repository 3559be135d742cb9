/**
 * What an append costs here: `node bench/ledger.ts [DIRECTORY]`. One small entry (200 bytes of body, one subject, one
 * workload) per append; alone, each waits for its own fsync; together, a group shares one.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NewEntry, openLedger } from '../src/ledger/index.ts';
import { digestOf } from '../src/oci/index.ts';

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'holdfast-bench-'));
const subject = digestOf(Buffer.from('image'));

function small(n: number): NewEntry {
  const time = new Date().toISOString();
  return {
    kind: 'observation',
    time,
    subjects: [subject],
    workload: 'host/default/web',
    body: { n, fill: 'x'.repeat(180) },
  };
}

async function measure(name: string, appends: number, parallel: number, lingerMilliseconds: number): Promise<void> {
  const store = join(directory, name.replaceAll(' ', '-'));
  const ledger = openLedger({ mode: 'write', directory: store, component: 'bench', lingerMilliseconds });
  const waits: number[] = [];
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let n = 0; n < appends / parallel; n++) {
      const before = performance.now();
      await ledger.append([small(n)]);
      waits.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  const seconds = (performance.now() - start) / 1000;
  await ledger.close();
  waits.sort((one, other) => one - other);
  const at = (part: number): string => (waits[Math.floor(waits.length * part)] ?? 0).toFixed(1);
  const bytes = statSync(join(store, 'ledger.db')).size / appends;
  console.log(
    `${name}: ${Math.round(appends / seconds)} entries/s, wait p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${Math.round(bytes)} bytes of file per entry`,
  );
}

try {
  await measure('one at a time', 500, 1, 0);
  await measure('one at a time linger 5', 200, 1, 5);
  await measure('1000 at a time', 40_000, 1000, 5);
} finally {
  rmSync(directory, { recursive: true });
}
