import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output, RunOptions, TestContainerd } from '../../support/containerd.ts';
import { type Call, callsOf } from './trace.ts';

const traced = 'execve,execveat,open,openat,openat2,creat,mmap,mprotect,clone,clone3,fork,vfork';

/** A container's run as strace and /proc/PID/maps saw it. */
export interface Traced {
  readonly output: Output;
  readonly calls: readonly Call[];
  /** Paths of executable mappings. */
  readonly maps: ReadonlySet<string>;
}

/**
 * Runs a container to its end under strace, attached from before its first program: the runtime that creates it is run
 * under strace, which follows it into the container. The tracer is no process of the container (`--daemonize`), and
 * nothing is added to the image.
 */
export async function runTraced(
  containerd: TestContainerd,
  options: RunOptions & { readonly program: string },
): Promise<Traced> {
  const { program, ...run } = options;
  const directory = mkdtempSync(join(containerd.scratch, 'traces-'));
  const trace = join(directory, 'trace');
  const runtime = join(directory, 'runc');
  const strace = `strace --daemonize --follow-forks --quiet=all --decode-fds=path --decode-pids=pidns --string-limit=1024 --trace=${traced} --output=${trace}`;
  writeFileSync(
    runtime,
    `#!/bin/sh\nfor one; do [ "$one" = create ] && exec ${strace} /usr/bin/runc "$@"; done\nexec /usr/bin/runc "$@"\n`,
  );
  chmodSync(runtime, 0o755);
  const maps = new Set<string>();
  const ended = new AbortController();
  const looking = lookAtMaps(run.id, maps, ended.signal);
  const output = await containerd.run({ ...run, flags: [...(run.flags ?? []), '--runc-binary', runtime] });
  ended.abort();
  await looking;
  return { output, calls: callsOf(trace, program), maps };
}

/** Again and again, at all processes of the container's cgroup. */
async function lookAtMaps(id: string, into: Set<string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const pid of processesOf(id)) for (const path of mapsOf(pid)) into.add(path);
    await sleep(10);
  }
}

function processesOf(id: string): readonly string[] {
  for (const hierarchy of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    if (!existsSync(join(hierarchy, 'cgroup.procs'))) continue;
    for (const namespace of readdirSync(hierarchy)) {
      const processes = contents(join(hierarchy, namespace, id, 'cgroup.procs'));
      if (processes !== '') return processes.split('\n').filter(Boolean);
    }
  }
  return [];
}

function mapsOf(pid: string): readonly string[] {
  const own = contents(`/proc/${pid}/cmdline`).split('\0');
  // The runtime on its way into the container.
  if (own[1] === 'init' || own[0] === 'runc') return [];
  return contents(`/proc/${pid}/maps`)
    .split('\n')
    .map((line) => /^\S+ ..x. \S+ \S+ [1-9]\d* +(\/.*)$/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
