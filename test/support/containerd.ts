import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanScratch, sweepStale, writeOwner } from './containerd-clean.ts';
import { type ImportOptions, importArguments } from './containerd-import.ts';

/** How one container is run; the fields are `ctr run`'s flags. */
export interface RunOptions {
  readonly image: string;
  readonly id: string;
  /** Replaces the image's command; empty = the image's own. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Bind mounts; read-write unless `readonly`. */
  readonly mounts?: readonly { readonly source: string; readonly target: string; readonly readonly?: boolean }[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Return as soon as it runs; its output goes to `containerLog(id)`. Otherwise it is removed at its end. */
  readonly detach?: boolean;
  readonly hostNetwork?: boolean;
  /** Further flags of `ctr run`, such as `['--privileged']`. */
  readonly flags?: readonly string[];
  readonly namespace?: string;
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** Load the CRI plugin too (off: it starts faster). */
  readonly cri?: boolean;
  /** The image of pods' sandboxes, for CRI; import it under this name into namespace `k8s.io`. */
  readonly sandboxImage?: string;
  /** Appended to the configuration, TOML. */
  readonly config?: string;
}

/**
 * A containerd of its own: own root, state, socket and configuration in a scratch directory, and a containerd namespace
 * of its own, because runc's state and the cgroups of a container are named by namespace and id alone, host-wide.
 */
export class TestContainerd implements AsyncDisposable {
  readonly scratch: string;
  readonly socket: string;
  readonly root: string;
  readonly state: string;
  /** The namespace used where none is given: unique on this host. */
  readonly namespace: string;
  #pid: number | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(scratch: string, options: StartOptions) {
    this.scratch = scratch;
    this.socket = join(scratch, 'containerd.sock');
    this.root = join(scratch, 'root');
    this.state = join(scratch, 'state');
    this.namespace = `hf-${scratch.slice(-6)}`;
    for (const dir of ['root', 'state', 'tmp', 'logs', 'fifo', 'opt']) mkdirSync(join(scratch, dir));
    writeOwner(scratch);
    writeFileSync(join(scratch, 'config.toml'), configuration(this, options));
  }

  /** The daemon's process id while it runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Starts the daemon (again) and waits until it answers. */
  async start(): Promise<void> {
    if (this.#pid !== undefined) return;
    const log = openSync(join(this.scratch, 'logs', 'containerd.log'), 'a');
    const child = spawn('containerd', ['--config', join(this.scratch, 'config.toml')], {
      stdio: ['ignore', log, log],
      env: { ...process.env, TMPDIR: join(this.scratch, 'tmp') },
      detached: true, // A Ctrl-C on the terminal must reach it only after its containers are gone.
    });
    closeSync(log);
    let failure: Error | undefined;
    this.#exited = new Promise((done) => {
      child.once('exit', () => {
        this.#pid = undefined;
        done();
      });
      child.once('error', (error) => {
        failure = error;
        this.#pid = undefined;
        done();
      });
    });
    this.#pid = child.pid;
    child.unref(); // A forgotten one must not keep the test alive; the exit hook ends it.
    this.#child = child;
    const deadline = performance.now() + 30_000;
    for (;;) {
      const answer = await this.try(['version'], { namespace: 'default' });
      if (answer.code === 0) return;
      if (this.#pid === undefined || performance.now() > deadline) {
        throw new Error(`containerd does not serve: ${failure?.message ?? answer.stderr}\n${this.log().slice(-4000)}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Kills the daemon alone, as a crash would; shims and containers stay. `start()` brings it back. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child?.ref();
    if (this.#pid !== undefined) process.kill(this.#pid, signal);
    await this.#exited;
  }

  /** What containerd logged. */
  log(): string {
    return readFileSync(join(this.scratch, 'logs', 'containerd.log'), 'utf8');
  }

  /** What a detached container wrote to stdout and stderr. */
  containerLog(id: string): string {
    return readFileSync(join(this.scratch, 'logs', `${id}.log`), 'utf8');
  }

  /** `ctr` with these arguments in the own namespace; its stdout. @throws when it fails */
  async ctr(...args: readonly string[]): Promise<string> {
    const answer = await this.try(args);
    if (answer.code !== 0) throw new Error(`ctr ${args.join(' ')}: ${answer.code}: ${answer.stderr}${answer.stdout}`);
    return answer.stdout;
  }

  /** `ctr` that may fail. */
  try(args: readonly string[], options: { readonly namespace?: string } = {}): Promise<Output> {
    const all = ['--address', this.socket, '--namespace', options.namespace ?? this.namespace, ...args];
    const env = { ...process.env, TMPDIR: join(this.scratch, 'tmp') };
    return new Promise((done) => {
      execFile('ctr', all, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
        done({ code, stdout, stderr });
      });
    });
  }

  /** Runs a container. Attached: waits for its end. `code` is the container's when attached. */
  async run(options: RunOptions): Promise<Output> {
    const flags = ['--fifo-dir', join(this.scratch, 'fifo')];
    if (options.detach === true) {
      const log = join(this.scratch, 'logs', `${options.id}.log`);
      writeFileSync(log, '');
      flags.push('--detach', '--log-uri', `file://${log}`);
    } else {
      flags.push('--rm');
    }
    for (const [name, value] of Object.entries(options.env ?? {})) flags.push('--env', `${name}=${value}`);
    for (const [name, value] of Object.entries(options.labels ?? {})) flags.push('--label', `${name}=${value}`);
    for (const mount of options.mounts ?? []) {
      const mode = mount.readonly === true ? 'ro' : 'rw';
      flags.push('--mount', `type=bind,src=${mount.source},dst=${mount.target},options=rbind:${mode}`);
    }
    if (options.hostNetwork === true) flags.push('--net-host');
    const args = ['run', ...flags, ...(options.flags ?? []), options.image, options.id, ...(options.args ?? [])];
    const answer = await this.try(args, options);
    if (options.detach === true && answer.code !== 0) throw new Error(`ctr run ${options.id}: ${answer.stderr}`);
    return answer;
  }

  /** Runs a further process in a container and waits for it. */
  exec(id: string, args: readonly string[], options: { readonly namespace?: string } = {}): Promise<Output> {
    const execId = `x${Math.random().toString(36).slice(2, 10)}`;
    const flags = ['--fifo-dir', join(this.scratch, 'fifo'), '--exec-id', execId];
    return this.try(['tasks', 'exec', ...flags, id, ...args], options);
  }

  /** Kills and removes a detached container; quiet when it is gone already. */
  async remove(id: string, options: { readonly namespace?: string } = {}): Promise<void> {
    await this.try(['tasks', 'rm', '--force', id], options);
    await this.try(['containers', 'rm', id], options);
  }

  /** Imports an OCI layout (directory) or archive (oci or docker) and names it `ref`. */
  async importImage(source: string, ref: string, options: ImportOptions = {}): Promise<void> {
    const { archive, flags } = await importArguments(this.scratch, source, ref, options);
    const answer = await this.try(['images', 'import', ...flags, archive], options);
    if (answer.code !== 0) throw new Error(`ctr images import ${source}: ${answer.stderr}`);
  }

  /** Ends every container, shim and the daemon, and removes mounts, cgroups, sockets and the directory. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    live.delete(this);
    this.#child?.ref();
    cleanScratch(this.scratch, this.#pid);
    await this.#exited;
  }

  /** `stop` for exit hooks: nothing asynchronous runs there. */
  stopNow(): void {
    this.#stopped = true;
    cleanScratch(this.scratch, this.#pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const live = new Set<TestContainerd>();
let hooked = false;

/** Starts Debian's containerd for one test file; `stop()` it in `after`. What is left by a killed test run is swept first. */
export async function startContainerd(options: StartOptions = {}): Promise<TestContainerd> {
  // Test files may run on one host at once, each with a sensor; elsewhere there is one per host.
  process.env['HOLDFAST_BESIDE_OTHERS'] ??= '1';
  hook();
  sweepStale();
  const containerd = new TestContainerd(mkdtempSync('/tmp/holdfast-ctd-'), options);
  live.add(containerd);
  try {
    await containerd.start();
  } catch (error) {
    await containerd.stop();
    throw error;
  }
  return containerd;
}

function hook(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const containerd of live) containerd.stopNow();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      for (const containerd of live) containerd.stopNow();
      live.clear();
      process.kill(process.pid, signal);
    });
  }
}

function configuration(of: TestContainerd, options: StartOptions): string {
  const disabled = ['aufs', 'btrfs', 'devmapper', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`);
  if (options.cri !== true) disabled.push('io.containerd.grpc.v1.cri');
  const cri = `[plugins."io.containerd.grpc.v1.cri"]\nrestrict_oom_score_adj = true\ndisable_tcp_service = true
sandbox_image = ${JSON.stringify(options.sandboxImage ?? 'test/pause:latest')}`;
  return `version = 2
root = ${JSON.stringify(of.root)}
state = ${JSON.stringify(of.state)}
oom_score = 0
disabled_plugins = ${JSON.stringify(disabled)}
[grpc]
address = ${JSON.stringify(of.socket)}
[ttrpc]
address = ${JSON.stringify(`${of.socket}.ttrpc`)}
[plugins."io.containerd.internal.v1.opt"]
path = ${JSON.stringify(join(of.scratch, 'opt'))}
${options.cri === true ? cri : ''}
${options.config ?? ''}
`;
}
