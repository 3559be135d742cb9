import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Webhook {
  readonly process: ChildProcess;
  readonly port: number;
  /** Lines of JSON that it has printed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** The signal or exit status. */
  readonly ended: Promise<string | number | null>;
}

/** `holdfast admission` as a process of its own, once it listens. */
export async function startWebhook(scratch: string, args: readonly string[]): Promise<Webhook> {
  const child = spawn(process.execPath, [main, 'admission', '--json', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: scratch, DOCKER_CONFIG: scratch },
  });
  const lines: Record<string, unknown>[] = [];
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as string | number | null);
  const listening = Promise.withResolvers<number>();
  void ended.then((how) => listening.reject(new Error(`it ended with ${how}`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as Record<string, unknown>;
    lines.push(event);
    const port = /:([0-9]+)$/.exec(String(event['address']))?.[1];
    if (event['type'] === 'listening' && port !== undefined) listening.resolve(Number(port));
  });
  return { process: child, port: await listening.promise, lines, ended };
}
