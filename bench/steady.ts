import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Line } from './agent.ts';
import type { Ground } from './ground.ts';
import { loads, runLoad } from './loads.ts';
import { cpuSeconds } from './process.ts';

/** What crossed from the kernel to user space while a load ran that had run before. */
export interface Steady {
  readonly load: string;
  readonly seconds: number;
  /** Records of new things: executions, connections, forks. */
  readonly ring: number;
  /** Executable mappings: the kernel has no filter for those, so each program start brings a few; the sensor drops them. */
  readonly mappings: number;
  /** File events: new files, and evictions of the kernel's silence. */
  readonly files: number;
  /** Frames that reached the agent, the periodic read of the counts among them. */
  readonly frames: number;
  readonly sensorCpuPercent: number;
  readonly agentCpuPercent: number;
}

/** Runs each load once to warm up and once more to count. */
export async function steady(
  ground: Ground,
  agent: Agent,
  progress: (line: string) => void,
): Promise<readonly Steady[]> {
  const rows: Steady[] = [];
  for (const load of loads) {
    const id = await ground.container();
    await runLoad(ground, id, load);
    await sleep(1500);
    const before = await reading(agent);
    await runLoad(ground, id, load);
    const after = await reading(agent);
    const seconds = Number(after.line.at - before.line.at) / 1e9;
    const moved = (name: string) => counter(after.line, name) - counter(before.line, name);
    rows.push({
      load: load.name,
      seconds,
      ring: moved('ringRecords'),
      mappings: moved('mappingRecords'),
      files: moved('fileEvents'),
      frames: moved('frames'),
      sensorCpuPercent: (100 * (after.sensor - before.sensor)) / seconds,
      agentCpuPercent: (100 * (after.agent - before.agent)) / seconds,
    });
    progress(`steady ${load.name}`);
    await ground.containerd.remove(id);
  }
  return rows;
}

interface Reading {
  readonly line: Line;
  readonly sensor: number;
  readonly agent: number;
}

async function reading(agent: Agent): Promise<Reading> {
  const line = await agent.heartbeat();
  return { line, sensor: cpuSeconds(agent.sensorPid), agent: cpuSeconds(agent.pid) };
}

function counter(line: Line, name: string): number {
  const value = line.value[name];
  if (typeof value !== 'number') throw new Error(`the heartbeat has no ${name}`);
  return value;
}
