import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildImage, writeLayout } from '../../test/support/image.ts';
import { testAuthority } from '../../test/support/registry/certificates.ts';
import { cpuSeconds, peakRssKib, rssKib, writtenBytes } from '../process.ts';
import { measured } from './child.ts';
import type { EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';
import type { FsyncAsked, LoadFigures, WebhookAsked } from './webhook-load.ts';
import { startAdmission } from './webhook-server.ts';

export interface RateFigures {
  readonly rate: number;
  readonly seconds: number;
  /** A write of as many bytes as one decision takes and its fsync, on the same file system at the same rate, before and after. */
  readonly fsync: readonly [LoadFigures, LoadFigures];
  /** The same load twice: what they differ by is noise. */
  readonly webhook: readonly [LoadFigures, LoadFigures];
  /** CPU of the server for one review. */
  readonly cpuMillis: number;
}

export interface WebhookRow {
  readonly registry: string;
  readonly images: number;
  readonly bodyBytes: number;
  readonly writtenBytes: number;
  readonly rates: readonly RateFigures[];
  readonly rssKib: number;
  readonly peakKib: number;
}

const connections = 8;

/** `holdfast admission` as a process, asked over TLS by another at a fixed rate about images that it knows. */
export async function webhook(
  ground: EvidenceGround,
  debian: BenchImage,
  rates: readonly number[],
  seconds: number,
  progress: (line: string) => void,
): Promise<WebhookRow> {
  const { scratch } = ground;
  const [registry] = ground.registries;
  if (registry === undefined) throw new Error('no registry');
  progress('webhook: sealing images');
  const images: string[] = [];
  for (const image of [...(await tiny(scratch, 15)), debian]) {
    images.push((await ground.publish(registry, `bench/${image.name}`, image)).reference);
  }
  const authority = testAuthority(scratch, 'webhook');
  const { cert, key } = authority.issue('localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  writeFileSync(join(scratch, 'tls.crt'), cert);
  writeFileSync(join(scratch, 'tls.key'), key);
  await using server = await startAdmission(ground);
  const { pid } = server;
  const asks = { port: server.port, ca: authority.cert, images, connections } as const;
  const load = (rate: number, long: number): Promise<LoadFigures & { readonly bodyBytes: number }> =>
    measured<LoadFigures & { readonly bodyBytes: number }>('webhook-client.ts', {
      kind: 'webhook',
      ...asks,
      rate,
      seconds: long,
    } satisfies WebhookAsked);
  await load(50, 5);
  const before = writtenBytes(pid);
  const { bodyBytes, count } = await load(50, 2);
  const bytes = Math.round((writtenBytes(pid) - before) / count);
  const fsync = (rate: number): Promise<LoadFigures> =>
    measured<LoadFigures>('webhook-client.ts', {
      kind: 'fsync',
      file: join(scratch, 'fsync'),
      bytes,
      rate,
      seconds,
    } satisfies FsyncAsked);
  const measuredRates: RateFigures[] = [];
  for (const rate of rates) {
    progress(`webhook: ${rate} a second for ${seconds} s, twice, and the disk beside`);
    const disk = await fsync(rate);
    const cpu = cpuSeconds(pid);
    const [first, second] = [await load(rate, seconds), await load(rate, seconds)];
    const cpuMillis = ((cpuSeconds(pid) - cpu) * 1000) / (first.count + second.count);
    measuredRates.push({
      rate,
      seconds,
      fsync: [disk, await fsync(rate)],
      webhook: [figures(first), figures(second)],
      cpuMillis,
    });
  }
  await sleep(500);
  return {
    registry: registry.kind,
    images: images.length,
    bodyBytes,
    writtenBytes: bytes,
    rates: measuredRates,
    rssKib: rssKib(pid),
    peakKib: peakRssKib(pid),
  };
}

function figures({ count, p50, p99, worst, lateP99 }: LoadFigures): LoadFigures {
  return { count, p50, p99, worst, lateP99 };
}

async function tiny(scratch: string, count: number): Promise<readonly BenchImage[]> {
  const made: BenchImage[] = [];
  for (let at = 0; at < count; at += 1) {
    const layout = join(scratch, `tiny-${at}`);
    const content = Buffer.from(`image ${at}`);
    await writeLayout(layout, buildImage({ layers: [{ files: [{ path: 'etc/name', content }] }] }));
    made.push({ name: `tiny-${at}`, layout, tag: 'latest' });
  }
  return made;
}
