import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxImage } from '../support/roots.ts';
import { type Line, Watching } from '../watch/watching.ts';

export const image = 'test.local/busybox:latest';

/** Runs programs all the time, and on order makes a program of its own and runs it: with or without a containerd. */
const loop = `while true; do
  if [ -f /orders/go ]; then
    n=$(cat /orders/go); rm /orders/go
    mkdir -p /tmp/$n; cp /bin/busybox /tmp/$n/true; echo $n >> /tmp/$n/true; /tmp/$n/true
  fi
  usleep 50000
done`;

/** An agent, a containerd, and containers that take orders. */
export class Scene implements AsyncDisposable {
  readonly watching: Watching;

  private constructor(watching: Watching) {
    this.watching = watching;
  }

  static async open(): Promise<Scene> {
    return new Scene(await Watching.open(await busyboxImage(), image));
  }

  async run(id: string): Promise<void> {
    const orders = this.orders(id);
    mkdirSync(orders, { recursive: true });
    const mounts = [{ source: orders, target: '/orders' }];
    await this.watching.containerd.run({ image, id, args: ['sh', '-c', loop], mounts, detach: true });
  }

  /** Has a container run a program of that name which its image does not hold, once: name it anew each time. */
  order(id: string, name: string): void {
    const orders = this.orders(id);
    writeFileSync(join(orders, 'written'), name);
    renameSync(join(orders, 'written'), join(orders, 'go'));
  }

  /** Whether the container has taken its last order. */
  async taken(id: string): Promise<void> {
    await until(() => !existsSync(join(this.orders(id), 'go')), `${id} to take its order`);
  }

  findings(name: string, from = 0): readonly Line[] {
    return this.watching.lines
      .slice(from)
      .filter((line) => line.type === 'finding' && (line['file'] as { path: string }).path === `/tmp/${name}/true`);
  }

  async found(name: string): Promise<Line> {
    await this.watching.until(() => this.findings(name).length > 0, `the finding of ${name}`);
    const [finding] = this.findings(name);
    if (finding === undefined) throw new Error('gone');
    return finding;
  }

  /** Orders it and waits for its finding. */
  async play(id: string, name: string): Promise<Line> {
    this.order(id, name);
    return await this.found(name);
  }

  /** Gaps told since line `from`, of one container or of all. */
  gaps(cause: string, from = 0): readonly Line[] {
    return this.watching.lines.slice(from).filter((line) => line.type === 'coverage' && line['cause'] === cause);
  }

  notices(code: string, from = 0): readonly Line[] {
    return this.watching.lines.slice(from).filter((line) => line.type === 'notice' && line['code'] === code);
  }

  /** Process of the agent's sensor, as soon as there is one. */
  async sensor(): Promise<number> {
    let pid: number | undefined;
    await this.watching.until(() => {
      pid = childNamed(this.watching.pid, 'holdfast-sensor');
      return pid !== undefined;
    }, 'a sensor');
    return pid ?? 0;
  }

  /** What one verb prints as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.watching.verb(...args, '--json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as T;
  }

  async storedFindings(): Promise<readonly string[]> {
    const { findings } = await this.json<{ findings: readonly { id: string }[] }>('findings');
    return findings.map((one) => one.id);
  }

  private orders(id: string): string {
    return join(this.watching.scratch, 'orders', id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watching[Symbol.asyncDispose]();
  }
}

/** @throws after half a minute */
export async function until(condition: () => boolean, what: string, millis = 30_000): Promise<void> {
  const deadline = performance.now() + millis;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

export function childNamed(parent: number, name: string): number | undefined {
  return childrenOf(parent).find((pid) => lives(pid) && read(`/proc/${pid}/comm`).trim() === name.slice(0, 15));
}

export function childrenOf(parent: number): readonly number[] {
  return read(`/proc/${parent}/task/${parent}/children`).split(' ').filter(Boolean).map(Number);
}

/** Runs: neither gone nor a zombie. */
export function lives(pid: number): boolean {
  const state = read(`/proc/${pid}/stat`).split(') ').at(-1)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Ids of the BPF links that a process holds. */
export function bpfLinksOf(pid: number): readonly number[] {
  const text = execFileSync('bpftool', ['link', 'show', '--json'], { encoding: 'utf8', maxBuffer: 16 << 20 });
  const links = JSON.parse(text) as readonly { readonly id: number; readonly pids?: readonly { pid: number }[] }[];
  const named = links.filter((link) => link.pids?.some((one) => one.pid === pid) === true).map((link) => link.id);
  return named.length > 0 ? named : linksByDescriptor(pid);
}

/** As the kernel says it of each descriptor: bpftool can name processes only where its own iterator loads. */
function linksByDescriptor(pid: number): readonly number[] {
  return list(`/proc/${pid}/fdinfo`).flatMap((fd) => {
    const id = /^link_id:\s*(\d+)$/m.exec(read(`/proc/${pid}/fdinfo/${fd}`))?.[1];
    return id === undefined ? [] : [Number(id)];
  });
}

export function bpfLinks(): ReadonlySet<number> {
  const text = execFileSync('bpftool', ['link', 'show', '--json'], { encoding: 'utf8', maxBuffer: 16 << 20 });
  return new Set((JSON.parse(text) as readonly { readonly id: number }[]).map((link) => link.id));
}

/** KiB. */
export function residentOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

function list(path: string): readonly string[] {
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
