import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything here is synchronous: it also runs from exit and signal hooks. */
const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Who made a scratch directory: pid and start time, so that a later run can tell whether it still lives. */
export function writeOwner(scratch: string): void {
  writeFileSync(join(scratch, 'owner'), `${process.pid} ${startTime(process.pid)}`);
}

/** Removes what test runs left that were killed with SIGKILL. */
export function sweepStale(): void {
  for (const name of readdirSync('/tmp')) {
    if (!/^holdfast-ctd-.{6}$/.test(name)) continue;
    const scratch = join('/tmp', name);
    const [pid, start] = read(join(scratch, 'owner')).split(' ');
    if (pid === undefined || start === undefined || startTime(Number(pid)) === start) continue;
    cleanScratch(scratch, undefined);
  }
}

/**
 * Takes down all that one scratch containerd made: the processes of its containers, its shims, the daemon, mounts below
 * the directory, the cgroups of its namespaces, runc's state and the shims' sockets under /run/containerd, the directory.
 */
export function cleanScratch(scratch: string, daemon: number | undefined): void {
  const bundles = findBundles(scratch);
  // The daemon first: it would start cleaning up behind our back, and nothing may be started after this.
  if (daemon !== undefined) killAll([daemon]);
  killAll([...runtimeProcesses(scratch), ...bundles.flatMap((bundle) => cgroupsOf(bundle).flatMap(processesOf))]);
  unmountBelow(scratch);
  for (const bundle of bundles) {
    if (bundle.shimSocket !== undefined) rmSync(bundle.shimSocket, { force: true });
    rmSync(join('/run/containerd/runc', bundle.namespace, bundle.id), { recursive: true, force: true });
    removeIfEmpty(join('/run/containerd/runc', bundle.namespace));
    for (const cgroup of cgroupsOf(bundle)) removeCgroup(cgroup);
  }
  for (const namespace of namespacesOf(scratch)) {
    for (const hierarchy of hierarchies()) removeIfEmpty(join(hierarchy, namespace));
    removeIfEmpty(join('/run/containerd/runc', namespace));
  }
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

interface Bundle {
  readonly namespace: string;
  readonly id: string;
  readonly shimSocket: string | undefined;
}

/** containerd keeps a directory per task in root and one in state; both name namespace and id. */
function findBundles(scratch: string): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const half of ['root', 'state']) {
    const tasks = join(scratch, half, 'io.containerd.runtime.v2.task');
    for (const namespace of list(tasks)) {
      for (const id of list(join(tasks, namespace))) {
        const address = read(join(tasks, namespace, id, 'address')).trim();
        const shimSocket = address.startsWith('unix://') ? address.slice('unix://'.length) : undefined;
        const key = `${namespace}/${id}`;
        if (shimSocket !== undefined || !bundles.has(key)) bundles.set(key, { namespace, id, shimSocket });
      }
    }
  }
  return [...bundles.values()];
}

function namespacesOf(scratch: string): string[] {
  const halves = ['root', 'state'].flatMap((half) => list(join(scratch, half, 'io.containerd.runtime.v2.task')));
  return [...new Set([...halves, `hf-${scratch.slice(-6)}`])];
}

function hierarchies(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path !== '');
}

function cgroupsOf(bundle: Bundle): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, bundle.namespace, bundle.id))
    .filter((path) => existsSync(path));
}

function processesOf(cgroup: string): number[] {
  const own = read(join(cgroup, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
  return [...own, ...directories(cgroup).flatMap((child) => processesOf(join(cgroup, child)))];
}

function removeCgroup(cgroup: string): void {
  for (const child of directories(cgroup)) removeCgroup(join(cgroup, child));
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      rmdirSync(cgroup);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      killAll(processesOf(cgroup)); // What forked between our look and the kill.
      sleep(10);
    }
  }
}

/** containerd's own programs that work for this scratch directory: their arguments name it. */
function runtimeProcesses(scratch: string): number[] {
  return processes().filter((pid) => {
    const argv = read(`/proc/${pid}/cmdline`).split('\0');
    const program = (argv[0] ?? '').split('/').at(-1) ?? '';
    return /^(containerd|containerd-shim.*|runc|ctr)$/.test(program) && argv.some((one) => one.includes(`${scratch}/`));
  });
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  for (let wait = 0; wait < 500 && pids.some(runs); wait++) sleep(10);
}

/** A zombie holds nothing any more: its parent, often ourselves, can't reap it while we wait here. */
function runs(pid: number): boolean {
  const state = read(`/proc/${pid}/stat`).split(') ').at(-1)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function startTime(pid: number): string {
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}

function unmountBelow(scratch: string): void {
  const targets = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${scratch}/`));
  for (const target of targets.toReversed()) {
    try {
      execFileSync('umount', ['--lazy', target], { stdio: 'ignore' });
    } catch {
      // Unmounted with its parent.
    }
  }
}

function processes(): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function directories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not there, or someone else's too.
  }
}
