import type { Agent } from './agent.ts';
import type { Ground } from './ground.ts';
import { cpuSeconds, peakRssKib, rssKib } from './process.ts';

/** What novelty costs: CPU of sensor and agent for each program that was never run before (written, run, hashed, judged, kept). */
export interface Novelty {
  readonly programs: number;
  readonly sensorMicros: number;
  readonly agentMicros: number;
}

export async function novelty(ground: Ground, agent: Agent, programs: number): Promise<Novelty> {
  const id = await ground.container();
  const sensorPid = agent.sensorPid;
  await agent.heartbeat();
  const before = { sensor: cpuSeconds(sensorPid), agent: cpuSeconds(agent.pid) };
  const answer = await ground.containerd.exec(id, ['/bench/load', 'novel', String(programs), '/bin/sleep', '/tmp']);
  if (answer.code !== 0) throw new Error(answer.stderr);
  await agent.heartbeat();
  await agent.heartbeat();
  const micros = (seconds: number) => (seconds * 1e6) / programs;
  await ground.containerd.remove(id);
  return {
    programs,
    sensorMicros: micros(cpuSeconds(sensorPid) - before.sensor),
    agentMicros: micros(cpuSeconds(agent.pid) - before.agent),
  };
}

export interface Memory {
  readonly containers: number;
  readonly agentKib: number;
  readonly agentPeakKib: number;
  readonly sensorKib: number;
  readonly sensorPeakKib: number;
  /** Peak of the child that read the image; it has ended. */
  readonly imageReaderKib: number;
}

export function memory(agent: Agent, containers: number): Memory {
  const readers = agent.lines.flatMap(({ value }) => (value['type'] === 'image' ? [Number(value['rssKib'])] : []));
  return {
    containers,
    agentKib: rssKib(agent.pid),
    agentPeakKib: peakRssKib(agent.pid),
    sensorKib: rssKib(agent.sensorPid),
    sensorPeakKib: peakRssKib(agent.sensorPid),
    imageReaderKib: Math.max(0, ...readers),
  };
}
