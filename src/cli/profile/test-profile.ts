import { writeFile } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';
import {
  type Attacked,
  attackContainer,
  attackSetDigest,
  attackTool,
  type Exercised,
  exercise,
  isAbout,
  type StagedImage,
  stageImage,
} from '../../exercise/index.ts';
import { type Digest, parsePlatform, parseSource } from '../../oci/index.ts';
import {
  compileProfile,
  type ExecutionProfile,
  type Recipe,
  type TestScores,
  writeProfile,
} from '../../profile/index.ts';
import { interrupt, progress, write, writeJson } from '../output/index.ts';
import { type RegistryFlags, registryOptions } from '../source.ts';
import { Judging } from './judging.ts';
import { failuresOf, type OpenedRecipe, testsTable } from './recipe.ts';
import { type AttackResult, attackResult, resultDocument, resultPage } from './test-page.ts';
import { type Watching, whileWatching } from './watching.ts';

export interface TestProfileOptions extends RegistryFlags {
  readonly profile: ExecutionProfile;
  readonly subject: Digest;
  readonly image: string;
  readonly recipe: OpenedRecipe;
  readonly platform?: string;
  readonly containerd: string;
  readonly output: string;
  readonly json: boolean;
}

/** Both halves under one watch; the scores are written where both could be run. */
export async function testProfile(options: TestProfileOptions): Promise<void> {
  using asked = interrupt();
  using line = progress();
  const tell = (what: string): void => line.at(what);
  const tool = await attackTool();
  const registry = await registryOptions(options);
  await using staged = await stageImage(parseSource(options.image), {
    ...registry,
    socket: options.containerd,
    signal: asked.signal,
    progress: tell,
    ...(options.platform === undefined ? {} : { platform: parsePlatform(options.platform) }),
  });
  if (staged.manifest !== options.subject)
    throw new HoldfastError('profile-foreign', `the profile is of ${options.subject}`, { place: staged.manifest });
  const judging = new Judging(compileProfile(options.profile));
  const work = { options, staged, judging, tell, tool };
  const observing = {
    socket: options.containerd,
    signal: asked.signal,
    observe: ({ display }, observation) => judging.observe(display, observation),
    emit: (event) => judging.follow(event),
  } satisfies Parameters<typeof whileWatching>[0];
  const { functional, drift, results } = await whileWatching(observing, async (watching) => ({
    ...(await functionalHalf(work, watching, registry)),
    results: await attackHalf(work, watching, registry),
  }));
  line.end();
  const applicable = results.filter((one) => one.result !== 'not-applicable');
  const alerted = applicable.filter((one) => one.result === 'told').length;
  const tests: TestScores = {
    functional: { ran: functional.passed, falseDrift: drift.length },
    attacks: { set: attackSetDigest(), ran: applicable.length, alerted },
  };
  await writeFile(options.output, writeProfile({ ...options.profile, tests }));
  const told = { functional, drift, results, tests, output: options.output, gaps: [...judging.gaps].sort() };
  if (options.json) await writeJson(resultDocument(told));
  else await write(`${testsTable(functional)}\n${resultPage(told)}`);
  if (drift.length > 0 || alerted < applicable.length) process.exitCode = 1;
}

interface Work {
  readonly options: TestProfileOptions;
  readonly staged: StagedImage;
  readonly judging: Judging;
  readonly tell: (what: string) => void;
  readonly tool: Uint8Array;
}

type Registry = Awaited<ReturnType<typeof registryOptions>>;

/** Every run once, with its replicas, tests and probes. @throws HoldfastError `tests-failed` */
async function functionalHalf({ options, staged, judging, tell }: Work, watching: Watching, registry: Registry) {
  const displays: string[] = [];
  const functional: Exercised = await exercise({
    staged,
    ...options.recipe,
    registry,
    signal: watching.signal,
    progress: tell,
    repeat: 1,
    starting: ({ id }) => {
      displays.push(`${staged.namespace}/${id}`);
      judging.expect(`${staged.namespace}/${id}`);
    },
  });
  if (functional.failed > 0) throw new HoldfastError('tests-failed', failuresOf(functional));
  await watching.ended(displays);
  return { functional, drift: judging.driftOf(displays) };
}

/** One container of the first run, as it stands after its start. */
async function attackHalf(work: Work, watching: Watching, registry: Registry): Promise<readonly AttackResult[]> {
  const { options, staged, judging, tell, tool } = work;
  let display = '';
  let attacked: readonly Attacked[] = [];
  await exercise({
    staged,
    recipe: firstRunAlone(options.recipe.recipe),
    directory: options.recipe.directory,
    registry,
    signal: watching.signal,
    progress: tell,
    repeat: 1,
    replicas: 1,
    starting: ({ id }) => {
      display = `${staged.namespace}/${id}`;
      judging.expect(display);
    },
    acting: async (container) => {
      attacked = await attackContainer(container, options.profile, tool, { progress: tell });
    },
  });
  await watching.ended([display]);
  const alerts = judging.alertsOf(display);
  return attacked.map((one) =>
    attackResult(
      one,
      alerts.filter((alert) => isAbout(alert, one.told)),
    ),
  );
}

/** A run with ports is a service: what is attacked has to stay up meanwhile. */
function firstRunAlone(recipe: Recipe): Recipe {
  const { runs } = recipe.spec;
  const run = runs.find(({ ports }) => ports.length > 0) ?? runs[0];
  if (run === undefined) throw new HoldfastError('recipe-malformed', 'it has no run', { place: recipe.metadata.name });
  return { ...recipe, spec: { ...recipe.spec, runs: [{ ...run, probes: [], tests: [] }] } };
}
