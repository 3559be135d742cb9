import { HoldfastError } from '../errors/index.ts';
import { millisecondsOf } from '../policy/index.ts';
import type { RecipeRun, RecipeTest } from '../profile/index.ts';
import { Container } from './container/container.ts';
import { podName } from './container/names.ts';
import { specOf } from './container/spec.ts';
import { runCommand } from './host/command.ts';
import { Ctr } from './host/ctr.ts';
import { scratchDirectory } from './host/scratch.ts';
import type { ExecResult, ExercisedTest, StagedImage } from './model.ts';

/** Where a test runs: in whose network, beside which container. */
export interface TestPlace {
  readonly container: Container;
  readonly run: string;
  /** A file of the network namespace. */
  readonly network: string;
  readonly address: string;
  /** Of the recipe. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Brings a test's image into containerd, once for all its runs. */
  readonly stage: (name: string) => Promise<StagedImage>;
}

export interface RanTest {
  readonly test: ExercisedTest;
  /** Of a test image. */
  readonly container: string | undefined;
}

/** @throws what staging a test image throws; the signal's reason. A test that fails is told, not thrown. */
export async function runTest(test: RecipeTest, place: TestPlace): Promise<RanTest> {
  const from = performance.now();
  const { result, container } =
    test.command === undefined ? await inImage(test, place) : await onHost(test, test.command, place);
  const { status, output, timedOut } = result;
  const passed = status === 0 && !timedOut;
  const why = timedOut ? `not done within ${test.timeout}` : `exit status ${status}`;
  const log = container === undefined && !passed ? place.container.log : '';
  const detail = [passed ? '' : why, output.slice(-4000), log === '' ? '' : `the container said last:\n${log}`];
  const seconds = (performance.now() - from) / 1000;
  return {
    test: { name: test.name, passed, seconds, detail: detail.filter((one) => one !== '').join('\n') },
    container,
  };
}

interface Outcome {
  readonly result: ExecResult;
  readonly container: string | undefined;
}

async function onHost(test: RecipeTest, command: readonly string[], place: TestPlace): Promise<Outcome> {
  const { container, directory, signal } = place;
  const environment = {
    ...process.env,
    ...test.environment,
    HOLDFAST_CONTAINER: container.id,
    HOLDFAST_RUN: place.run,
    HOLDFAST_ADDRESS: place.address,
    HOLDFAST_EXEC: await container.execScript(),
  };
  const timeout = millisecondsOf(test.timeout);
  const words = [`--net=${place.network}`, '--', ...command];
  return {
    result: await runCommand('nsenter', words, { signal, timeout, directory, environment }),
    container: undefined,
  };
}

async function inImage(test: RecipeTest, place: TestPlace): Promise<Outcome> {
  if (test.image === undefined) throw new HoldfastError('internal', 'a test without command and image');
  const { name, digest } = test.image;
  const staged = await place.stage(digest === undefined ? name : `${name}@${digest}`);
  await using scratch = await scratchDirectory();
  const id = podName(`test-${test.name}`);
  const run = { ...plain(test), environment: test.environment };
  await using container = await Container.make(
    {
      ctr: new Ctr(staged.socket, staged.namespace),
      socket: staged.socket,
      namespace: staged.namespace,
      id,
      image: staged.name,
      scratch: scratch.path,
      network: place.network,
      stopSignal: 'SIGKILL',
      edit: (spec) =>
        specOf(spec, run, staged.config, { hostname: id, network: place.network, user: undefined, mounts: [] }),
    },
    place.signal,
  );
  await container.start(place.signal);
  const status = await container.whole(millisecondsOf(test.timeout), place.signal);
  return {
    result: { status: status ?? 137, output: container.log, timedOut: status === undefined },
    container: id,
  };
}

/** A run that says nothing but its arguments. */
function plain({ name, arguments: given }: RecipeTest): RecipeRun {
  return {
    name,
    ...(given.length === 0 ? {} : { arguments: given }),
    environment: {},
    readOnlyRoot: false,
    capabilities: { add: [], drop: [] },
    ports: [],
    fixtures: [],
    probes: [],
    replicas: 1,
    repeat: 1,
  };
}
