import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EvidenceGround } from './ground.ts';

export interface RunningAdmission extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** `holdfast admission` as a process of its own, once it listens; its store lies in the scratch folder. */
export async function startAdmission(ground: EvidenceGround): Promise<RunningAdmission> {
  const { scratch } = ground;
  const at = (file: string): string => join(scratch, file);
  const [program = '', ...args] = ground.holdfast(
    'admission',
    '--json',
    '--listen',
    '127.0.0.1:0',
    '--policy',
    ground.policyFile,
    '--tls-cert',
    at('tls.crt'),
    '--tls-key',
    at('tls.key'),
    '--store',
    at('store'),
  );
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: ground.environment });
  const exit = once(child, 'exit');
  const listening = Promise.withResolvers<number>();
  void exit.then(([code]) => listening.reject(new Error(`the webhook ended with ${code}`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { type, address } = JSON.parse(line) as { readonly type: string; readonly address?: string };
    if (type === 'listening') listening.resolve(Number(address?.split(':').at(-1)));
  });
  return {
    port: await listening.promise,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}
