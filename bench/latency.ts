import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from './agent.ts';
import type { Ground } from './ground.ts';
import { quantile } from './statistics.ts';

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/**
 * From just before the start of a program that the image does not hold until its finding is a line on the agent's
 * output, durable by then; milliseconds. Each program is new, so each is hashed and each is a finding.
 */
export async function findingLatency(ground: Ground, agent: Agent, times: number): Promise<Latency> {
  const id = await ground.container();
  const from = agent.lines.length;
  const answer = await ground.containerd.exec(id, ['/bench/load', 'novel', String(times), '/bin/sleep', '/tmp']);
  if (answer.code !== 0) throw new Error(answer.stderr);
  await sleep(2000);
  const arrived = new Map<string, bigint>();
  for (const { type, value, at } of agent.lines.slice(from)) {
    const file = value['file'] as { readonly path?: string } | undefined;
    if (type === 'finding' && file?.path !== undefined && !arrived.has(file.path)) arrived.set(file.path, at);
  }
  const samples: number[] = [];
  for (const line of answer.stdout.trim().split('\n')) {
    const [started, path] = line.split(' ');
    const at = path === undefined ? undefined : arrived.get(path);
    if (started === undefined || at === undefined) throw new Error(`no finding for ${path}`);
    samples.push(Number(at - BigInt(started)) / 1e6);
  }
  await ground.containerd.remove(id);
  return {
    count: samples.length,
    p50: quantile(samples, 0.5),
    p99: quantile(samples, 0.99),
    worst: quantile(samples, 1),
  };
}
