import { interopTool } from '../../test/support/registry/outside.ts';
import { pushArtifact } from '../../test/support/repository.ts';
import { type Spread, spread } from '../statistics.ts';
import { time } from '../timed.ts';
import { measured } from './child.ts';
import type { BenchRegistry, EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';

export interface CopyAsked {
  readonly host: string;
  readonly from: string;
  /** Repositories that hold nothing yet. */
  readonly to: readonly string[];
}

export interface OneCopy {
  readonly millis: number;
  readonly requests: number;
  /** Manifests that were not there before. */
  readonly pushed: number;
}

export interface CopyAnswered {
  readonly first: readonly OneCopy[];
  /** The same once more: nothing has to be sent. */
  readonly again: readonly OneCopy[];
}

export interface CopyRow {
  readonly registry: string;
  readonly referrers: number;
  readonly first: { readonly millis: Spread; readonly requests: number; readonly pushed: number };
  readonly again: { readonly millis: Spread; readonly requests: number; readonly pushed: number };
  /** Whole processes, milliseconds. */
  readonly processes: Readonly<Record<'holdfast' | 'regctl' | 'oras', Spread>>;
}

const referrers = 100;

/** Promotion of an image with a hundred things attached to it, from one repository to another of the same registry. */
export async function copy(
  ground: EvidenceGround,
  image: BenchImage,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly CopyRow[]> {
  const rows: CopyRow[] = [];
  for (const registry of ground.registries) {
    progress(`copy of ${referrers} referrers in ${registry.kind}`);
    rows.push(await copyIn(ground, registry, image, rounds));
  }
  return rows;
}

async function copyIn(
  ground: EvidenceGround,
  registry: BenchRegistry,
  image: BenchImage,
  rounds: number,
): Promise<CopyRow> {
  const { host } = registry;
  const from = 'bench/copy-from';
  await attachMany(ground, registry, from, image);
  // The first is to warm up.
  const to = Array.from({ length: rounds + 1 }, (_, round) => `bench/copy-to-${round}`);
  const { first, again } = await measured<CopyAnswered>('copy-process.ts', { host, from, to } satisfies CopyAsked);
  return {
    registry: registry.kind,
    referrers,
    first: summary(first),
    again: summary(again),
    processes: await processes(ground, host, from, rounds),
  };
}

async function attachMany(
  ground: EvidenceGround,
  registry: BenchRegistry,
  repository: string,
  image: BenchImage,
): Promise<void> {
  const { signal } = ground;
  await ground.place(registry, repository, image);
  await using to = await ground.open(registry.host, repository);
  const subject = await to.resolve('v1', signal);
  for (let at = 0; at < referrers; at += 1) {
    await pushArtifact(to, subject, 'application/vnd.bench.note', `note ${at}`, signal);
  }
}

function summary(copies: readonly OneCopy[]): CopyRow['first'] {
  const [, ...counted] = copies;
  const of = (key: keyof OneCopy): Spread => spread(counted.map((one) => one[key]));
  return { millis: of('millis'), requests: of('requests').median, pushed: of('pushed').median };
}

/** The same by the tools that people have, in turn. */
async function processes(
  ground: EvidenceGround,
  host: string,
  from: string,
  rounds: number,
): Promise<CopyRow['processes']> {
  const commands = {
    holdfast: (to: string) => ground.holdfast('copy', `${host}/${from}:v1`, `${host}/${to}:v1`),
    regctl: (to: string) => [
      interopTool('regctl'),
      '--host',
      `reg=${host},tls=disabled`,
      'image',
      'copy',
      '--referrers',
      '--digest-tags',
      `${host}/${from}:v1`,
      `${host}/${to}:v1`,
    ],
    oras: (to: string) => [
      interopTool('oras'),
      'copy',
      '-r',
      '--from-plain-http',
      '--to-plain-http',
      `${host}/${from}:v1`,
      `${host}/${to}:v1`,
    ],
  } as const;
  const names = ['holdfast', 'regctl', 'oras'] as const;
  const samples = { holdfast: [] as number[], regctl: [] as number[], oras: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length] ?? 'holdfast';
      const { seconds } = await time(commands[name](`bench/${name}-to-${round}`), { env: ground.environment });
      if (round > 0) samples[name].push(seconds * 1000);
    }
  }
  return { holdfast: spread(samples.holdfast), regctl: spread(samples.regctl), oras: spread(samples.oras) };
}
