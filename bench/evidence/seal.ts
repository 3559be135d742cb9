import { type Spread, spread } from '../statistics.ts';
import { time } from '../timed.ts';
import { measured } from './child.ts';
import type { BenchRegistry, EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';

export interface SealAsked {
  readonly host: string;
  readonly repository: string;
  readonly privateKey: string;
}

/** Milliseconds from one word of progress to the next, in one process. */
export type SealParts = readonly { readonly part: string; readonly millis: number }[];

export interface SealRow {
  readonly registry: string;
  readonly layerBytes: number;
  readonly evidenceBytes: number;
  readonly seconds: Spread;
  readonly peakKib: number;
  /** Once more, where all of it is there already. */
  readonly againSeconds: Spread;
  readonly parts: SealParts;
}

/** `holdfast seal` of the Debian image, a whole process: two SBOMs, file manifest, provenance, signature, to a registry. */
export async function seal(
  ground: EvidenceGround,
  image: BenchImage,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly SealRow[]> {
  const rows: SealRow[] = [];
  for (const registry of ground.registries) rows.push(await sealIn(ground, registry, image, rounds, progress));
  return rows;
}

async function sealIn(
  ground: EvidenceGround,
  registry: BenchRegistry,
  image: BenchImage,
  rounds: number,
  progress: (line: string) => void,
): Promise<SealRow> {
  const [first, again] = [[], []] as [number[], number[]];
  const peaks: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const repository = `bench/seal-${round}`;
    await ground.place(registry, repository, image);
    const command = ground.holdfast('seal', `${registry.host}/${repository}:v1`, '--key', ground.privateKey);
    const [fresh, present] = [
      await time(command, { env: ground.environment }),
      await time(command, { env: ground.environment }),
    ];
    progress(`seal to ${registry.kind}, round ${round} of ${rounds}: ${fresh.seconds.toFixed(2)} s`);
    if (round === 0) continue;
    first.push(fresh.seconds);
    again.push(present.seconds);
    peaks.push(fresh.peakKib);
  }
  const repository = 'bench/seal-parts';
  await ground.place(registry, repository, image);
  const { host } = registry;
  const parts = await measured<SealParts>('seal-process.ts', {
    host,
    repository,
    privateKey: ground.privateKey,
  } satisfies SealAsked);
  const { layerBytes, evidenceBytes } = await ground.sizes(registry, repository);
  return {
    registry: registry.kind,
    layerBytes,
    evidenceBytes,
    seconds: spread(first),
    peakKib: spread(peaks).median,
    againSeconds: spread(again),
    parts,
  };
}
