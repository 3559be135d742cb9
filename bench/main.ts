/**
 * `make bench`: what watching, sealing and verifying cost on this machine, each row A/B interleaved in one run, with its noise floor.
 *
 *   node bench/main.ts [--rounds N] [--rows overhead,steady,latency,novelty,memory,sbom,services,verify,webhook,seal,copy,bounded] [--json]
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evidenceRows } from './evidence/results.ts';
import { evidence } from './evidence/rows.ts';
import { Ground } from './ground.ts';
import { findingLatency } from './latency.ts';
import { loads } from './loads.ts';
import { memory, novelty } from './novelty.ts';
import { type OverheadRow, overhead } from './overhead.ts';
import { page } from './page.ts';
import type { Results } from './results.ts';
import { sbom } from './sbom.ts';
import { servicesMeasured } from './services.ts';
import { steady } from './steady.ts';

const watching = ['overhead', 'steady', 'latency', 'novelty', 'memory', 'sbom'] as const;
const all = [...watching, 'services', ...evidenceRows].join();
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    rows: { type: 'string', default: all },
    json: { type: 'boolean' },
  },
});
const rounds = Number(values.rounds);
const rows = new Set(values.rows.split(','));
const progress = (line: string) => process.stderr.write(`bench: ${line}\n`);

// What users install is emitted JavaScript: that is what is measured.
if ([...rows].some((row) => row !== 'services'))
  execFileSync(join(import.meta.dirname, '../scripts/prepack.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
const results: Results = {
  ...(watching.some((row) => rows.has(row)) ? await onContainers() : { overhead: [] }),
  ...(rows.has('services') ? { services: await servicesMeasured(progress) } : {}),
  ...(evidenceRows.some((row) => rows.has(row)) ? { evidence: await evidence(rows, rounds, progress) } : {}),
};
process.stdout.write(values.json === true ? `${JSON.stringify(results, null, 2)}\n` : page(results, rounds));

async function onContainers(): Promise<Results> {
  await using ground = await Ground.open(progress);
  return {
    ...(await watched(ground)),
    overhead: rows.has('overhead') ? await costs(ground) : [],
    ...(rows.has('sbom') ? { sbom: await sbom(ground.scratch, rounds, progress) } : {}),
  };
}

async function costs(ground: Ground): Promise<readonly OverheadRow[]> {
  const measured: OverheadRow[] = [];
  for (const load of loads) measured.push(await overhead(ground, load, rounds, progress));
  return measured;
}

/** The rows that one agent answers in its one life. */
async function watched(ground: Ground): Promise<Omit<Results, 'overhead' | 'sbom' | 'evidence'>> {
  if (!['steady', 'latency', 'novelty', 'memory'].some((row) => rows.has(row))) return {};
  const agent = await ground.agent();
  try {
    const others = await Promise.all(Array.from({ length: 10 }, () => ground.container()));
    return {
      ...(rows.has('steady') ? { steady: await steady(ground, agent, progress) } : {}),
      ...(rows.has('latency') ? { latency: await findingLatency(ground, agent, 300) } : {}),
      ...(rows.has('novelty') ? { novelty: await novelty(ground, agent, 300) } : {}),
      ...(rows.has('memory') ? { memory: memory(agent, others.length) } : {}),
    };
  } finally {
    await agent.stop();
  }
}
