import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { Prepared } from './profiled.ts';
import { type Attempt, attacked } from './trial.ts';

/** New things that the neighbour has to do, lest it be no flood. */
const enough = 5000;

/** An image that has Python, in which the neighbour runs. */
export interface Neighbour {
  readonly image: string;
}

/** The loud attacks once more, each service in a fresh container, while a neighbour floods the sensor. */
export async function underFlood(
  ground: Ground,
  services: readonly Prepared[],
  { image }: Neighbour,
): Promise<ReadonlyMap<string, readonly Attempt[]>> {
  const id = 'neighbour';
  const script = { source: join(import.meta.dirname, 'flood.py'), target: '/flood.py', readonly: true };
  await ground.containerd.run({ image, id, args: ['python3', '/flood.py'], mounts: [script], detach: true });
  try {
    const all = services.map(async (prepared) => {
      const loud = prepared.service.attacks.filter(({ kind }) => kind === 'loud');
      const name = prepared.service.name;
      return [name, await attacked(ground, prepared, `${name}-flooded`, loud)] as const;
    });
    const found = new Map(await Promise.all(all));
    const news = ground.of(id).length;
    if (news < enough) throw new Error(`the neighbour did only ${news} new things`);
    return found;
  } finally {
    await ground.containerd.remove(id);
  }
}
