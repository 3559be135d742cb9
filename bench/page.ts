import { evidencePage } from './evidence/page.ts';
import { mib, percent, tableOf } from './markdown.ts';
import type { OverheadRow } from './overhead.ts';
import type { Results } from './results.ts';
import { servicesPage } from './services.ts';
import type { Spread } from './statistics.ts';

/** The results as Markdown, for people and for the documents that quote them. */
export function page(results: Results, rounds: number): string {
  const parts: string[] = [];
  if (results.overhead.length > 0) {
    parts.push(
      `Slower than with nothing that watches: median of ${rounds} paired rounds, middle half in brackets. "nothing again" is the noise floor.`,
      tableOf(['load', 'alone', 'nothing again', 'Holdfast', 'auditd'], results.overhead.map(overheadCells)),
    );
  }
  if (results.steady !== undefined) {
    parts.push(
      'What crossed to user space while a load ran for the second time:',
      tableOf(
        ['load', 'seconds', 'new things', 'file events', 'mapping records', 'frames', 'sensor CPU', 'agent CPU'],
        results.steady.map((row) => [
          row.load,
          row.seconds.toFixed(1),
          String(row.ring),
          String(row.files),
          String(row.mappings),
          String(row.frames),
          `${row.sensorCpuPercent.toFixed(1)} %`,
          `${row.agentCpuPercent.toFixed(1)} %`,
        ]),
      ),
    );
  }
  const { latency, novelty, memory, sbom } = results;
  if (latency !== undefined)
    parts.push(
      `From the start of an unknown program to its durable finding (${latency.count} programs): p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, worst ${latency.worst.toFixed(1)} ms.`,
    );
  if (novelty !== undefined)
    parts.push(
      `CPU for each program never run before: sensor ${novelty.sensorMicros.toFixed(0)} µs, agent ${novelty.agentMicros.toFixed(0)} µs (${novelty.programs} programs; hashing included).`,
    );
  if (memory !== undefined)
    parts.push(
      `Resident memory with ${memory.containers} containers: agent ${mib(memory.agentKib)} (peak ${mib(memory.agentPeakKib)}), sensor ${mib(memory.sensorKib)} (peak ${mib(memory.sensorPeakKib)}); the child that read the image ${mib(memory.imageReaderKib)} at its peak.`,
    );
  if (sbom !== undefined) {
    const { syft } = sbom;
    const size = `${(sbom.archiveBytes / 2 ** 20).toFixed(0)} MiB archive, ${(sbom.unpackedBytes / 2 ** 20).toFixed(0)} MiB of files`;
    const own = `holdfast ${sbom.holdfast.seconds.toFixed(2)} s, ${mib(sbom.holdfast.peakKib)}, ${sbom.holdfast.packages} packages`;
    const other =
      typeof syft === 'string'
        ? syft
        : `syft ${syft.seconds.toFixed(2)} s, ${mib(syft.peakKib)}, ${syft.packages} packages; syft takes ${(sbom.ratio ?? Number.NaN).toFixed(1)} times as long; named by syft and not by us: ${sbom.missing?.join(', ') || 'none'}`;
    parts.push(`SBOM of the demo's image (${size}): ${own}; ${other}.`);
  }
  if (results.services !== undefined)
    parts.push(
      'Real services by their profiles, used in ways that were not recorded, and attacked:',
      servicesPage(results.services),
    );
  if (results.evidence !== undefined) parts.push(...evidencePage(results.evidence));
  return `${parts.join('\n\n')}\n`;
}

function cell({ median, low, high }: Spread): string {
  return `${percent(median)} (${percent(low)} … ${percent(high)})`;
}

function overheadCells(row: OverheadRow): readonly string[] {
  return [
    row.load,
    `${row.seconds.toFixed(3)} s`,
    cell(row.slowdown.again),
    cell(row.slowdown.holdfast),
    cell(row.slowdown.auditd),
  ];
}
