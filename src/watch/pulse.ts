import type { Heartbeat } from '../sensor/index.ts';
import type { WatchEvent } from './events.ts';

/** What the agent adds to the sensor's heartbeat: how much it holds, and how far it has come. */
export interface AgentState {
  readonly time: string;
  readonly containers: number;
  readonly frames: number;
  readonly waiting: number;
}

/** The heartbeat that the agent tells, of both. */
export function pulse(sensor: Heartbeat, agent: AgentState): WatchEvent {
  return {
    type: 'heartbeat',
    ...agent,
    agentRssKib: Math.round(process.memoryUsage.rss() / 1024),
    sensorRssKib: sensor.rssKib,
    ringRecords: sensor.ringRecords,
    mappingRecords: sensor.perfRecords,
    fileEvents: sensor.fanotifyEvents,
  };
}
