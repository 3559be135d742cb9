/**
 * A writer for the tests that kill it: appends without end and prints `ack FIRST LAST` once each append is durable,
 * each in one write, so that what was printed is what was acknowledged.
 * Usage: appender.ts DIRECTORY PARALLEL BODYBYTES [COUNT]; prints `error CODE` and goes on where an append fails.
 */
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { HoldfastError } from '../../src/errors/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { digestOf } from '../../src/oci/index.ts';
import { counts, entry } from './scratch.ts';

const [directory = '', parallel = '1', bodyBytes = '100', count = 'Infinity'] = process.argv.slice(2);

async function run(lane: number): Promise<void> {
  for (let n = 0; n < Number(count); n++) {
    const bytes = Buffer.from(`blob ${lane} ${n % 10}`.repeat(100));
    const body = { lane, n, blob: digestOf(bytes), fill: 'x'.repeat(Number(bodyBytes)) };
    try {
      const { first, last } = await ledger.append([entry({ body }), entry({ kind: 'finding', body })], {
        blobs: [bytes],
        component: `lane-${lane}`,
      });
      writeSync(1, `ack ${first} ${last} ${lane} ${n}\n`);
    } catch (error) {
      writeSync(1, `error ${error instanceof HoldfastError ? error.code : String(error)}\n`);
      await setTimeout(20);
    }
  }
}

const ledger = openLedger({ mode: 'write', directory, component: 'test', factSets: [counts], lingerMilliseconds: 1 });
writeSync(1, 'open\n');
await Promise.all(Array.from({ length: Number(parallel) }, (_, lane) => run(lane)));
await ledger.close();
