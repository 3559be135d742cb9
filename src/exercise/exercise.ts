import { parseSource, type RegistryOptions } from '../oci/index.ts';
import { type Recipe, type RecipeRun, testsOfRun } from '../profile/index.ts';
import { accountsOf, type User, userOf } from './container/user.ts';
import { Ctr } from './host/ctr.ts';
import type { Exercised, ExercisedContainer, ExercisedRun, RunningContainer, StagedImage } from './model.ts';
import { exerciseRound } from './round.ts';
import { stageImage } from './stage/stage.ts';

export interface ExerciseOptions {
  readonly staged: StagedImage;
  readonly recipe: Recipe;
  /** Of the recipe: fixtures lie in it, and test commands run in it. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** How registries are reached, for test images. */
  readonly registry?: RegistryOptions;
  readonly progress?: (what: string) => void;
  /** Milliseconds within which the ports of a run have to be listened on; default 120 s. */
  readonly readyWithin?: number;
  /** In place of what the recipe's runs say. */
  readonly repeat?: number;
  readonly replicas?: number;
  /** Before each container starts. */
  readonly starting?: (container: ExercisedContainer) => void | Promise<void>;
  /** While a container is up, after its tests and probes. */
  readonly acting?: (container: RunningContainer) => Promise<void>;
}

/**
 * Runs an image as a recipe says: every run, so many rounds one after another, all replicas of a round at once, and on each
 * replica its tests and probes, one after another. Nothing of it stays, however it ends.
 * @throws HoldfastError `exercise-not-ready`, `exercise-network`, `exercise-tool-missing`, `containerd-refused`, `recipe-malformed`,
 * `not-found` (a fixture), what staging a test image throws; the signal's reason. Failed tests are told, not thrown.
 */
export async function exercise(options: ExerciseOptions): Promise<Exercised> {
  const { staged, recipe, signal, registry = {}, progress } = options;
  await using stack = new AsyncDisposableStack();
  const images = new Map<string, StagedImage>();
  const stage = async (name: string): Promise<StagedImage> => {
    const before = images.get(name);
    if (before !== undefined) return before;
    const { socket } = staged;
    const image = stack.use(
      await stageImage(parseSource(name), {
        ...registry,
        socket,
        signal,
        ...(progress === undefined ? {} : { progress }),
      }),
    );
    images.set(name, image);
    return image;
  };
  const user = usersOf(staged, signal);
  const runs: ExercisedRun[] = [];
  for (const run of recipe.spec.runs) {
    const rounds = options.repeat ?? run.repeat;
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted();
      progress?.(`run ${run.name}, round ${round} of ${rounds}`);
      runs.push(
        ...(await exerciseRound({
          ...options,
          run,
          round,
          tests: testsOfRun(recipe, run),
          user: await user(run),
          stage,
        })),
      );
    }
  }
  const tests = runs.flatMap((one) => one.tests);
  const passed = tests.filter((one) => one.passed).length;
  return { runs, passed, failed: tests.length - passed };
}

/** The image's accounts are read where a run names a user, once. */
function usersOf(staged: StagedImage, signal: AbortSignal): (run: RecipeRun) => Promise<User | undefined> {
  let accounts: ReturnType<typeof accountsOf> | undefined;
  return async ({ user }) => {
    if (user === undefined) return undefined;
    accounts ??= accountsOf(new Ctr(staged.socket, staged.namespace), staged.name, signal);
    return userOf(user, await accounts);
  };
}
