import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ContainerEvent,
  type ExecEvent,
  type FileVersion,
  locateSensor,
  type SensorEvent,
  type SensorOptions,
  startSensor,
} from '../../../src/sensor/index.ts';
import { type Output, type RunOptions, startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { withLayer } from '../../support/layered.ts';
import { busyboxImage } from '../../support/roots.ts';

const image = 'test.local/doer:latest';
const patience = 20_000;

/** What one container did, as the sensor showed it. */
export interface Seen {
  readonly output: Output;
  readonly events: readonly SensorEvent[];
}

/**
 * A real containerd, a real sensor, and an image that holds busybox and `doer`. Each `act` runs one container to its end
 * and returns all that the sensor said of it.
 */
export class Stage implements AsyncDisposable {
  readonly containerd: TestContainerd;
  readonly scratch: string;
  readonly doer: string;
  readonly events: SensorEvent[] = [];
  readonly #stop = new AbortController();
  #pump: Promise<void> = Promise.resolve();
  #count = 0;
  #failure: unknown;

  private constructor(containerd: TestContainerd, scratch: string, doer: string) {
    this.containerd = containerd;
    this.scratch = scratch;
    this.doer = doer;
  }

  static async open(options: SensorOptions = { countIntervalSeconds: 1, hashSuffixes: ['.py'] }): Promise<Stage> {
    const stage = await Stage.openWithoutSensor();
    await stage.watch(options);
    return stage;
  }

  static async openWithoutSensor(): Promise<Stage> {
    const containerd = await startContainerd();
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-stage-'));
    const stage = new Stage(containerd, scratch, buildDoer(scratch));
    const scripts = join(import.meta.dirname, 'scripts');
    const files = {
      '/bin/doer': stage.doer,
      '/bin/script.sh': join(scripts, 'script.sh'),
      '/bin/chained.sh': join(scripts, 'chained.sh'),
    };
    await containerd.importImage(withLayer(await busyboxImage(), files, scratch), image);
    return stage;
  }

  /** Starts the sensor and waits until it says that it watches. */
  async watch(options: SensorOptions, binary: string = locateSensor(process.env)): Promise<void> {
    const batches = startSensor({ binary, options, signal: this.#stop.signal });
    this.#pump = (async () => {
      for await (const batch of batches) this.events.push(...batch);
    })().catch((error: unknown) => {
      this.#failure = error;
    });
    await this.until(() => this.events.some((event) => event.type === 'heartbeat'), 'the first heartbeat');
  }

  name(): string {
    this.#count += 1;
    return `${this.containerd.namespace}-${this.#count}`;
  }

  /** Runs `doer ARGS` (or any program of the image, given by its path) in a new container, to its end. */
  async act(args: readonly string[], options: Partial<RunOptions> = {}): Promise<Seen> {
    const id = options.id ?? this.name();
    const command = args[0]?.startsWith('/') === true ? args : ['/bin/doer', ...args];
    const output = await this.containerd.run({ image, id, args: command, ...options });
    await this.gone(id);
    return { output, events: this.of(id) };
  }

  /** Starts a container that stays, for `containerd.exec`. */
  async stay(options: Partial<RunOptions> = {}): Promise<string> {
    const id = options.id ?? this.name();
    await this.containerd.run({ image, id, args: ['/bin/sleep', '600'], detach: true, ...options });
    return id;
  }

  /** All events of one container. */
  of(id: string): readonly SensorEvent[] {
    const keys = new Set(this.containersNamed(id).map((event) => event.container));
    return this.events.filter((event) => keys.has(event.container));
  }

  containersNamed(id: string): readonly ContainerEvent[] {
    return this.events.filter((event): event is ContainerEvent => event.type === 'container' && event.id === id);
  }

  async gone(id: string): Promise<void> {
    await this.until(() => this.containersNamed(id).some((event) => event.state === 'gone'), `the end of ${id}`);
  }

  /** Waits for something that must come. @throws when it does not */
  async until(holds: () => boolean, what: string): Promise<void> {
    const end = performance.now() + patience;
    while (!holds()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() > end) throw new Error(`the sensor never showed ${what}`);
      await sleep(20);
    }
  }

  /** Lets the sensor finish what it has under way: two more heartbeats. */
  async settle(): Promise<void> {
    const before = this.events.filter((event) => event.type === 'heartbeat').length;
    await this.until(
      () => this.events.filter((event) => event.type === 'heartbeat').length >= before + 2,
      'heartbeats',
    );
  }

  /** The sha256 that was sent for this version of a file. */
  async hashOf(file: FileVersion): Promise<string | undefined> {
    const find = () => this.events.find((event) => event.type === 'file-hash' && sameVersion(event.file, file));
    await this.until(() => find() !== undefined, `the hash of inode ${file.ino}`);
    const found = find();
    return found?.type === 'file-hash' ? found.sha256 : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#pump;
    await this.containerd.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  const gen = a.noGen || b.noGen || a.gen === b.gen;
  const ctime = a.noCtime || b.noCtime || a.ctime === b.ctime;
  return a.dev === b.dev && a.ino === b.ino && gen && ctime;
}

/** The container's own executions: without those of the runtime, which happen in the host's mount namespace. */
export function execs(seen: { readonly events: readonly SensorEvent[] }): readonly ExecEvent[] {
  return seen.events.filter(
    (event): event is ExecEvent => event.type === 'exec' && !event.flags.hostMountNamespace && !event.flags.snapshot,
  );
}

function buildDoer(scratch: string): string {
  const source = join(import.meta.dirname, 'doer');
  const out = join(scratch, 'doer');
  const files = readdirSync(source).filter((name) => name.endsWith('.c'));
  execFileSync('gcc', ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-o', out, ...files], { cwd: source });
  return out;
}
