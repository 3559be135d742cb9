import type { Digest, ImageConfig } from '../oci/index.ts';

/** An image as it lies in a namespace of a containerd, ready to be run. Disposing removes the namespace with all in it. */
export interface StagedImage extends AsyncDisposable {
  readonly socket: string;
  /** Of containerd; made for this image alone. */
  readonly namespace: string;
  /** In that namespace. */
  readonly name: string;
  /** The platform manifest: what containers of it are known by. */
  readonly manifest: Digest;
  readonly config: ImageConfig;
  /** The signal by name or number that ends it, where the image says one. */
  readonly stopSignal?: string;
}

/** One container of an exercise, known before it starts. */
export interface ExercisedContainer {
  /** In the staged image's namespace. */
  readonly id: string;
  /** Name of the recipe's run. */
  readonly run: string;
  /** From 1. */
  readonly round: number;
  /** From 1. */
  readonly replica: number;
}

export interface ExecOptions {
  /** Written to its standard input; none = it is closed at once. */
  readonly input?: Uint8Array;
  /** UID[:GID], group 0 without; default: the container's own user. One such command at a time. */
  readonly user?: string;
  /** Milliseconds; default 30 s. */
  readonly timeout?: number;
}

export interface ExecResult {
  /** Exit status; 128 + N after signal N; 255 where the runtime could not start it. */
  readonly status: number;
  /** The last of what it said, standard output and error together. */
  readonly output: string;
  readonly timedOut: boolean;
}

/** A container that is up, to act on. */
export interface RunningContainer extends ExercisedContainer {
  /** Of its first process, on the host. */
  readonly pid: number;
  /** A file of the network namespace, for `nsenter --net=`. */
  readonly network: string;
  /** Its own address beside loopback. */
  readonly address: string;
  /** Runs a command in it, as `kubectl exec` does. */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command of the host in its network. */
  beside(command: readonly string[], options?: Pick<ExecOptions, 'input' | 'timeout'>): Promise<ExecResult>;
}

export interface ExercisedTest {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** Why it failed and the last it said; of one that passed, the last it said. */
  readonly detail: string;
}

/** One container of one round of a run, and the tests that exercised it. */
export interface ExercisedRun {
  readonly name: string;
  readonly round: number;
  readonly replica: number;
  /** Ids; one, but for what a test image ran beside it. */
  readonly containers: readonly string[];
  readonly tests: readonly ExercisedTest[];
}

export interface Exercised {
  readonly runs: readonly ExercisedRun[];
  /** Tests, over all runs. */
  readonly passed: number;
  readonly failed: number;
}
