import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startContainerd, type TestContainerd } from '../test/support/containerd.ts';
import { withLayer } from '../test/support/layered.ts';
import { debianImage } from '../test/support/roots.ts';
import { Agent } from './agent.ts';
import { Audit } from './audit.ts';

export const image = 'bench.local/loads:latest';

/** What watches while a load runs. `again` is nothing a second time: what it differs from `nothing` by is noise. */
export const conditions = ['nothing', 'again', 'holdfast', 'auditd'] as const;
export type Condition = (typeof conditions)[number];

/** A containerd of its own, an image with the loads in it, and the ways to watch. */
export class Ground implements AsyncDisposable {
  readonly containerd: TestContainerd;
  readonly scratch: string;
  #count = 0;

  private constructor(containerd: TestContainerd, scratch: string) {
    this.containerd = containerd;
    this.scratch = scratch;
  }

  static async open(progress: (line: string) => void): Promise<Ground> {
    progress('preparing an image with the loads (minutes, once)');
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    const containerd = await startContainerd();
    const ground = new Ground(containerd, scratch);
    const base = await debianImage({
      include: ['gcc', 'libbpf-dev', 'libc6-dev', 'libelf-dev', 'libssl-dev', 'make', 'redis-server', 'redis-tools'],
    });
    const load = join(scratch, 'load');
    execFileSync('gcc', ['-static', '-O2', '-o', load, join(import.meta.dirname, 'load/load.c')]);
    const project = writeProject(join(scratch, 'project'));
    await containerd.importImage(withLayer(base, { '/bench/load': load, '/bench/project': project }, scratch), image);
    return ground;
  }

  /** A container that waits to be told. */
  async container(): Promise<string> {
    this.#count += 1;
    const id = `${this.containerd.namespace}-${this.#count}`;
    await this.containerd.run({ image, id, args: ['/bin/sleep', '86400'], detach: true });
    return id;
  }

  /** The agent, on a store that knows the image after its first life. */
  agent(): Promise<Agent> {
    return Agent.start(this.containerd.socket, join(this.scratch, 'store'));
  }

  /** Does something in a fresh container while one of the conditions holds. */
  async during<T>(condition: Condition, work: (id: string) => Promise<T>): Promise<T> {
    const agent = condition === 'holdfast' ? await this.agent() : undefined;
    const audit = condition === 'auditd' ? await Audit.start(this.scratch) : undefined;
    const id = await this.container();
    try {
      // Reading an image is work of its own, once per digest: the memory row tells of it.
      await agent?.until(({ type, value }) => type === 'rbom' || (type === 'image' && value['state'] === 'ready'));
      return await work(id);
    } finally {
      await this.containerd.remove(id);
      await agent?.stop();
      await audit?.stop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.containerd.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** A small C project that is real: the sensor's own user-space half. */
function writeProject(directory: string): string {
  const sensor = join(import.meta.dirname, '../sensor');
  execFileSync('make', ['-s', '-C', sensor], { stdio: ['ignore', 'ignore', 'inherit'] });
  cpSync(sensor, directory, { recursive: true, filter: (path) => !/\/(build|fuzz)$|\.bpf\.c$/.test(path) });
  cpSync(join(sensor, 'build/holdfast.skel.h'), join(directory, 'holdfast.skel.h'));
  writeFileSync(
    join(directory, 'Makefile'),
    `all: $(patsubst %.c,%.o,$(wildcard *.c))
%.o: %.c
\tgcc -std=gnu17 -D_GNU_SOURCE -DHOLDFAST_VERSION='"bench"' -O2 -g -Wall -I. -c $< -o $@
`,
  );
  return directory;
}
