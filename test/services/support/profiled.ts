import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDigest } from '../../../src/oci/index.ts';
import {
  generalise,
  parseRecipe,
  type Recipe,
  Recorder,
  type Recording,
  recordingOf,
  type Session,
} from '../../../src/profile/index.ts';
import { storedTree } from '../../../src/watch/index.ts';
import { Box } from './box.ts';
import type { Ground } from './ground.ts';
import type { Service } from './service.ts';

/** A service on a ground: its image imported, its fixtures made. */
export interface Prepared {
  readonly service: Service;
  readonly image: string;
  readonly layout: string;
  readonly directory: string;
  readonly recipe: Recipe;
}

const here = join(import.meta.dirname, '..');

export async function prepare(ground: Ground, service: Service): Promise<Prepared> {
  const image = `test.local/${service.name}:latest`;
  const directory = join(ground.scratch, 'recipes', service.name);
  cpSync(join(here, service.name), directory, { recursive: true });
  cpSync(join(here, 'support'), join(ground.scratch, 'recipes/support'), { recursive: true });
  service.prepare?.(directory);
  const layout = await service.image(ground.scratch);
  await ground.containerd.importImage(layout, image);
  const file = join(directory, 'recipe.yaml');
  return { service, image, layout, directory, recipe: parseRecipe(file, readFileSync(file)) };
}

/** Every run of the recipe, with its tests; as `holdfast profile record` does it. */
export async function recorded(ground: Ground, { service, image, directory, recipe }: Prepared): Promise<Recording> {
  const sessions: Session[] = [];
  let digest: string | undefined;
  for (const run of recipe.spec.runs) {
    for (let round = 0; round < run.repeat; round++) {
      const from = new Date().toISOString();
      const name = `${run.name}-${round + 1}`;
      const ids = Array.from({ length: run.replicas }, (_, at) => `${service.name}-${name}-${at}`);
      await Promise.all(
        ids.map(async (id) => {
          const box = await Box.start(ground.containerd, id, { image, directory, run });
          for (const test of recipe.spec.tests) {
            const wanted = run.tests === undefined || run.tests.includes(test.name);
            if (wanted && test.command !== undefined) await box.host(test.command, test.environment);
          }
          await box.stop();
          await ground.quiet(id);
        }),
      );
      for (const id of ids) {
        const recorder = new Recorder({ run: name, replica: id, from });
        for (const one of ground.of(id)) recorder.add(one);
        sessions.push(recorder.session(new Date().toISOString(), []));
        digest = ground.images.get(id) ?? digest;
      }
    }
  }
  return recordingOf(digest === undefined ? undefined : parseDigest(digest, image), sessions);
}

export function profileOf(ground: Ground, recording: Recording): ReturnType<typeof generalise> {
  if (recording.subject === undefined) throw new Error('of no image');
  const { links, directories } = storedTree(ground.ledger, recording.subject);
  return generalise(recording, { links, isImageDirectory: (path) => directories.has(path) });
}
