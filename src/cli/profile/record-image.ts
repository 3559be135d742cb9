import { HoldfastError } from '../../errors/index.ts';
import { exercise, stageImage } from '../../exercise/index.ts';
import { parsePlatform, parseSource } from '../../oci/index.ts';
import { interrupt, progress, write } from '../output/index.ts';
import { type RegistryFlags, registryOptions } from '../source.ts';
import { failuresOf, type OpenedRecipe, testsTable } from './recipe.ts';
import { Recordings, writeOut } from './recording.ts';
import { whileWatching } from './watching.ts';

export interface ImageOptions extends RegistryFlags {
  readonly image: string;
  readonly recipe: OpenedRecipe;
  readonly platform?: string;
  readonly containerd: string;
  readonly allowFailed: boolean;
  readonly output: string;
}

/** Runs the image as its recipe says, and records what all its containers do meanwhile. */
export async function recordImage(options: ImageOptions): Promise<void> {
  using asked = interrupt();
  using line = progress();
  const { recipe, directory } = options.recipe;
  const { signal } = asked;
  const registry = await registryOptions(options);
  const tell = (what: string): void => line.at(what);
  await using staged = await stageImage(parseSource(options.image), {
    ...registry,
    socket: options.containerd,
    signal,
    progress: tell,
    ...(options.platform === undefined ? {} : { platform: parsePlatform(options.platform) }),
  });
  const recordings = new Recordings();
  const observing = {
    socket: options.containerd,
    signal,
    observe: ({ display, image, ambiguous }, observation) => {
      if (image !== undefined && !ambiguous) recordings.add(display, image, observation);
    },
    emit: (event) => recordings.follow(event),
  } satisfies Parameters<typeof whileWatching>[0];
  const exercised = await whileWatching(observing, async (watching) => {
    const displays: string[] = [];
    const done = await exercise({
      staged,
      recipe,
      directory,
      registry,
      signal: watching.signal,
      progress: tell,
      starting: ({ id, run, round, replica }) => {
        const display = `${staged.namespace}/${id}`;
        displays.push(display);
        const from = new Date().toISOString();
        recordings.expect(display, { run: `${run}-${round}`, replica: String(replica), from });
      },
    });
    line.at('until all of it has been seen');
    await watching.ended(displays);
    line.end();
    await write(testsTable(done));
    if (done.failed > 0 && !options.allowFailed)
      throw new HoldfastError('tests-failed', `nothing is written; with --allow-failed it is\n${failuresOf(done)}`);
    await writeOut(options.output, recordings.profile(watching.ledger, new Date().toISOString()));
    return done;
  });
  if (exercised.failed > 0) process.exitCode = 1;
}
