import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContainerd } from '../../test/support/containerd.ts';
import { volume } from './intrusion.ts';

const id = 'shop';
const visit = join(import.meta.dirname, 'visit.py');

/** What platforms mount into each container. */
function hostFiles(scratch: string): { readonly source: string; readonly target: string; readonly readonly: true }[] {
  return Object.entries({ hosts: '127.0.0.1 localhost\n', 'resolv.conf': 'nameserver 127.0.0.1\n' }).map(
    ([name, text]) => {
      const source = join(scratch, name);
      writeFileSync(source, text);
      return { source, target: `/etc/${name}`, readonly: true };
    },
  );
}

/** The container of the demo, with a volume and a network namespace of its own. */
export class Shop implements Disposable {
  readonly #network: string;

  private constructor(network: string) {
    this.#network = network;
  }

  static async start(containerd: TestContainerd, image: string, scratch: string): Promise<Shop> {
    const data = join(scratch, 'data');
    mkdirSync(data);
    for (const [name, text] of Object.entries(volume)) writeFileSync(join(data, name), text);
    const network = `${containerd.namespace}-shop`;
    execFileSync('ip', ['netns', 'add', network]);
    const shop = new Shop(network);
    try {
      execFileSync('ip', ['-n', network, 'link', 'set', 'lo', 'up']);
      await containerd.run({
        image,
        id,
        detach: true,
        mounts: [{ source: data, target: '/data' }, ...hostFiles(scratch)],
        flags: ['--with-ns', `network:/run/netns/${network}`],
      });
    } catch (error) {
      shop[Symbol.dispose]();
      throw error;
    }
    return shop;
  }

  /** From its own network: visits, or something that is sent to it. @throws when it does not answer */
  async visit(what: { readonly times: number } | { readonly send: string }): Promise<void> {
    const words = 'times' in what ? [String(what.times)] : [];
    await new Promise<void>((resolve, reject) => {
      const program = ['python3', visit, ...words];
      const child = execFile('nsenter', [`--net=/run/netns/${this.#network}`, ...program], (error) =>
        error === null ? resolve() : reject(error),
      );
      child.stdin?.end('send' in what ? what.send : '');
    });
  }

  [Symbol.dispose](): void {
    execFileSync('ip', ['netns', 'del', this.#network]);
  }
}
