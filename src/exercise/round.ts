import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecipeRun, RecipeTest } from '../profile/index.ts';
import { fixtureMounts, platformFiles } from './container/around.ts';
import { Container } from './container/container.ts';
import { podName } from './container/names.ts';
import { specOf } from './container/spec.ts';
import type { User } from './container/user.ts';
import type { ExerciseOptions } from './exercise.ts';
import { Ctr } from './host/ctr.ts';
import { makeNetwork, type Network } from './host/network.ts';
import { scratchDirectory } from './host/scratch.ts';
import type { ExercisedRun, ExercisedTest, RunningContainer, StagedImage } from './model.ts';
import { runTest } from './run-test.ts';

export interface RoundOptions extends ExerciseOptions {
  readonly run: RecipeRun;
  readonly round: number;
  readonly tests: readonly RecipeTest[];
  readonly user: User | undefined;
  readonly stage: (name: string) => Promise<StagedImage>;
}

interface Replica {
  readonly replica: number;
  readonly container: Container;
  readonly network: Network;
}

/** Milliseconds: a run without ports and tests is one that ends by itself. */
const byItself = 10 * 60_000;

/** One round of a run: its replicas start, are exercised in turn, and end. */
export async function exerciseRound(options: RoundOptions): Promise<readonly ExercisedRun[]> {
  const { run, signal } = options;
  const count = options.replicas ?? run.replicas;
  // Disposed of in reverse: containers before their networks and files.
  await using stack = new AsyncDisposableStack();
  const replicas: Replica[] = [];
  for (let replica = 1; replica <= count; replica++) replicas.push(await startReplica(options, replica, stack));
  const ports = run.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
  for (const { container } of replicas) await container.ready(ports, signal, options.readyWithin);
  const done: ExercisedRun[] = [];
  for (const one of replicas) done.push(await exerciseReplica(options, one));
  // Together: what they do at their end belongs to the run, and need not be waited for in turn.
  await Promise.all(replicas.map(({ container }) => container.stop()));
  return done;
}

async function startReplica(options: RoundOptions, replica: number, stack: AsyncDisposableStack): Promise<Replica> {
  const { staged, run, round, directory, signal, user } = options;
  const scratch = stack.use(await scratchDirectory());
  const network = stack.use(await makeNetwork(signal));
  const id = podName(run.name);
  await mkdir(join(scratch.path, 'files'));
  const mounts = [
    ...(await platformFiles(join(scratch.path, 'files'), id, network.address)),
    ...(await fixtureMounts(run.fixtures, directory)),
  ];
  const { socket, namespace, name, config, stopSignal = 'SIGTERM' } = staged;
  const around = { hostname: id, network: network.path, user, mounts };
  const container = stack.use(
    await Container.make(
      {
        ctr: new Ctr(socket, namespace),
        socket,
        namespace,
        id,
        image: name,
        scratch: scratch.path,
        network: network.path,
        stopSignal,
        edit: (spec) => specOf(spec, run, config, around),
      },
      signal,
    ),
  );
  await options.starting?.({ id, run: run.name, round, replica });
  await container.start(signal);
  return { replica, container, network };
}

async function exerciseReplica(options: RoundOptions, { replica, container, network }: Replica): Promise<ExercisedRun> {
  const { run, round, directory, signal, stage, progress, acting } = options;
  const tests: ExercisedTest[] = [];
  const containers = [container.id];
  for (const test of options.tests) {
    progress?.(`run ${run.name}, round ${round}, replica ${replica}: test ${test.name}`);
    const place = {
      container,
      run: run.name,
      network: network.path,
      address: network.address,
      directory,
      signal,
      stage,
    };
    const ran = await runTest(test, place);
    tests.push(ran.test);
    if (ran.container !== undefined) containers.push(ran.container);
  }
  if (options.tests.length === 0 && run.ports.length === 0) tests.push(await endOf(container, signal));
  for (const [at, probe] of run.probes.entries()) tests.push(await probed(container, probe, at, signal));
  await acting?.(handleOf(options, { replica, container, network }));
  return { name: run.name, round, replica, containers, tests };
}

/** Nothing says when it is done but its end. */
async function endOf(container: Container, signal: AbortSignal): Promise<ExercisedTest> {
  const from = performance.now();
  const status = await container.whole(byItself, signal);
  const why = status === undefined ? 'it did not end, and has neither ports nor tests' : `exit status ${status}`;
  const detail = status === 0 ? '' : `${why}\n${container.log}`;
  return { name: '(end)', passed: status === 0, seconds: (performance.now() - from) / 1000, detail };
}

async function probed(
  container: Container,
  probe: readonly string[],
  at: number,
  signal: AbortSignal,
): Promise<ExercisedTest> {
  const from = performance.now();
  const { status, output, timedOut } = await container.exec(probe, {}, signal);
  const passed = status === 0 && !timedOut;
  const detail = passed
    ? ''
    : `${probe.join(' ')}: ${timedOut ? 'not done in time' : `exit status ${status}`}\n${output}`;
  return { name: `(probe ${at + 1})`, passed, seconds: (performance.now() - from) / 1000, detail };
}

function handleOf(options: RoundOptions, { replica, container, network }: Replica): RunningContainer {
  const { run, round, signal } = options;
  return {
    id: container.id,
    run: run.name,
    round,
    replica,
    pid: container.pid,
    network: network.path,
    address: network.address,
    exec: (command, exec = {}) => container.exec(command, exec, signal),
    beside: (command, beside = {}) => container.beside(command, beside, signal),
  };
}
