import { bounded } from './bounded.ts';
import { command } from './command.ts';
import { copy } from './copy.ts';
import { EvidenceGround } from './ground.ts';
import { debianImage, smallImage } from './images.ts';
import type { EvidenceResults } from './results.ts';
import { seal } from './seal.ts';
import { verify } from './verify.ts';
import { webhook } from './webhook.ts';

/** Reviews a second, open loop. */
const rates = [50, 200];
const secondsEach = 10;

/** The rows that are asked for, each on the same two registries. */
export async function evidence(
  rows: ReadonlySet<string>,
  rounds: number,
  progress: (line: string) => void,
): Promise<EvidenceResults> {
  await using ground = await EvidenceGround.prepare();
  const small = await smallImage();
  const debian = await debianImage(progress);
  return {
    ...(rows.has('verify') ? { verify: await verify(ground, [small, debian], progress) } : {}),
    ...(rows.has('verify') ? { command: await command(ground, [small, debian], rounds, progress) } : {}),
    ...(rows.has('webhook') ? { webhook: await webhook(ground, debian, rates, secondsEach, progress) } : {}),
    ...(rows.has('seal') ? { seal: await seal(ground, debian, rounds, progress) } : {}),
    ...(rows.has('copy') ? { copy: await copy(ground, small, rounds, progress) } : {}),
    ...(rows.has('bounded') ? { bounded: await bounded(ground, small, progress) } : {}),
  };
}
