import { mib, percent, tableOf } from '../markdown.ts';
import type { Spread } from '../statistics.ts';
import type { BoundRow } from './bounded.ts';
import type { CommandRow } from './command.ts';
import type { CopyRow } from './copy.ts';
import type { EvidenceResults } from './results.ts';
import type { SealRow } from './seal.ts';
import type { VerifyRow } from './verify.ts';
import type { WebhookRow } from './webhook.ts';

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
const ms = (millis: number): string =>
  `${millis < 1 ? millis.toFixed(3) : millis < 10 ? millis.toFixed(2) : millis.toFixed(0)} ms`;
const within = ({ median, low, high }: Spread): string => `${ms(median)} (${ms(low)} … ${ms(high)})`;
const percents = ({ median, low, high }: Spread): string => `${percent(median)} (${percent(low)} … ${percent(high)})`;
const seconds = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} s (${low.toFixed(2)} … ${high.toFixed(2)})`;

/** The rows about evidence as Markdown. */
export function evidencePage(results: EvidenceResults): readonly string[] {
  const { verify, command, webhook, seal, copy, bounded } = results;
  return [
    ...(verify === undefined ? [] : verifyPart(verify)),
    ...(command === undefined ? [] : commandPart(command)),
    ...(webhook === undefined ? [] : webhookPart(webhook)),
    ...(seal === undefined ? [] : sealPart(seal)),
    ...(copy === undefined ? [] : copyPart(copy)),
    ...(bounded === undefined ? [] : boundPart(bounded)),
  ];
}

function verifyPart(rows: readonly VerifyRow[]): readonly string[] {
  return [
    'Verification in the process, by key, a signature and five attestations. Warm: the judge remembers its decision. Anew: it remembers the verified evidence and decides again. Cold: a new judge that remembers nothing, over an open connection: all is fetched and every signature checked. First: the very first in the process. Noise: the second half of the warm samples against the first.',
    tableOf(
      [
        'image, registry',
        'evidence',
        'warm p50',
        'warm p99',
        'noise',
        'anew p50',
        'anew p99',
        'cold p50',
        'cold p95',
        'first',
        'peak RSS',
      ],
      rows.map((row) => [
        `${row.image}, ${row.registry}`,
        kib(row.evidenceBytes),
        ms(row.warm.p50),
        ms(row.warm.p99),
        percent(row.noisePercent),
        ms(row.anew.p50),
        ms(row.anew.p99),
        ms(row.cold.p50),
        ms(row.cold.p95),
        ms(row.first),
        mib(row.peakKib),
      ]),
    ),
  ];
}

function commandPart(rows: readonly CommandRow[]): readonly string[] {
  return [
    'Whole processes in turn. `holdfast verify` judges the signature and all five attestations; `cosign verify` the signature, `cosign verify-attestation` one of the attestations. "Again" is ours once more in each round: noise.',
    tableOf(
      [
        'image, registry',
        'holdfast verify',
        'RSS',
        'again',
        'cosign verify',
        'RSS',
        'cosign verify-attestation',
        'RSS',
        'both of cosign’s against ours',
      ],
      rows.map((row) => [
        `${row.image}, ${row.registry}`,
        within(row.holdfast.millis),
        mib(row.holdfast.peakKib),
        percents(row.again),
        within(row.cosignVerify.millis),
        mib(row.cosignVerify.peakKib),
        within(row.cosignAttestation.millis),
        mib(row.cosignAttestation.peakKib),
        percents(row.cosignBoth),
      ]),
    ),
  ];
}

function webhookPart(row: WebhookRow): readonly string[] {
  return [
    `Admission webhook over TLS, open loop from another process, pods of two containers out of ${row.images} known digests (${kib(row.bodyBytes)} a review, ${kib(row.writtenBytes)} on disk a decision). Each load twice; the disk's own write and fsync of as much at the same rate before and after. Server: ${mib(row.rssKib)} resident, ${mib(row.peakKib)} at its peak.`,
    tableOf(
      [
        'rate',
        'p50',
        'p99',
        'worst',
        'fsync p50',
        'fsync p99',
        'on top of it p50',
        'p99',
        'client late p99',
        'CPU a review',
      ],
      row.rates.flatMap(({ rate, webhook, fsync, cpuMillis }) =>
        webhook.map((load, at) => {
          const disk = fsync[at === 0 ? 0 : 1];
          return [
            `${rate}/s`,
            ms(load.p50),
            ms(load.p99),
            ms(load.worst),
            ms(disk.p50),
            ms(disk.p99),
            ms(load.p50 - disk.p50),
            ms(load.p99 - disk.p99),
            ms(load.lateP99),
            ms(cpuMillis),
          ];
        }),
      ),
    ),
  ];
}

function sealPart(rows: readonly SealRow[]): readonly string[] {
  return [
    `\`holdfast seal\` of the demo's image (${kib(rows[0]?.layerBytes ?? 0)} of layers), a whole process: two SBOMs, file manifest, provenance, signature. Middle half in brackets.`,
    tableOf(
      ['registry', 'seal', 'peak RSS', 'evidence', 'once more', 'parts'],
      rows.map((row) => [
        row.registry,
        seconds(row.seconds),
        mib(row.peakKib),
        kib(row.evidenceBytes),
        seconds(row.againSeconds),
        row.parts.map(({ part, millis }) => `${part} ${ms(millis)}`).join(', '),
      ]),
    ),
  ];
}

function copyPart(rows: readonly CopyRow[]): readonly string[] {
  return [
    `Promotion of an image with ${rows[0]?.referrers ?? 0} referrers between two repositories of one registry, and the same again with nothing to do. Right: whole processes, also of other tools.`,
    tableOf(
      ['registry', 'copy', 'requests', 'again', 'requests', '`holdfast copy`', '`regctl image copy`', '`oras copy -r`'],
      rows.map((row) => [
        row.registry,
        within(row.first.millis),
        String(row.first.requests),
        within(row.again.millis),
        String(row.again.requests),
        within(row.processes.holdfast),
        within(row.processes.regctl),
        within(row.processes.oras),
      ]),
    ),
  ];
}

function boundPart(rows: readonly BoundRow[]): readonly string[] {
  return [
    'Memory of `holdfast verify` against a registry that sends too much:',
    tableOf(
      ['registry sends', 'answer', 'time', 'sent', 'requests', 'peak RSS'],
      rows.map((row) => [
        row.what,
        row.answer,
        `${row.seconds.toFixed(2)} s`,
        row.sentBytes === 0 ? '' : kib(row.sentBytes),
        row.requests === 0 ? '' : String(row.requests),
        mib(row.peakKib),
      ]),
    ),
  ];
}
