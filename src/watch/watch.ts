import { watchContainers } from '../containers/index.ts';
import type { Json, Ledger } from '../ledger/index.ts';
import { locateSensor, type SensorOptions, startSensor } from '../sensor/index.ts';
import { Agent } from './agent.ts';
import type { AgentOptions } from './agent-options.ts';
import type { BehaviourTools } from './behaviour/tools.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import { readImageInChild } from './image-child.ts';
import { hashedEndings } from './interpreters.ts';
import type { ProvenanceJudge } from './provenance.ts';

export interface WatchRequest {
  readonly socket: string;
  /** Opened for writing, with `watchFactSets`. */
  readonly ledger: Ledger;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Of the sensor; the endings to hash are added here. */
  readonly sensor?: SensorOptions;
  /** What judges the evidence of running images; without it nothing is checked. */
  readonly provenance?: ProvenanceJudge;
  /** Beside `provenance`: judges what containers do by the profiles among the evidence. */
  readonly behaviour?: BehaviourTools;
  /** How often the evidence of running images is asked for anew; five minutes. */
  readonly recheckMillis?: number;
  readonly environment: NodeJS.ProcessEnv;
  /** What containers do, in the words of execution profiles: for recording. */
  readonly observe?: AgentOptions['observe'];
  readonly emit: (event: WatchEvent) => void;
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}

const tickMillis = 1000;

/**
 * Watches until the signal: one process, with the sensor as its child. Returns how many entries could not be written.
 *
 * @throws HoldfastError `sensor-missing`, `sensor-not-alone`, `sensor-silent`, `sensor-protocol`
 */
export async function watch(request: WatchRequest): Promise<number> {
  const binary = locateSensor(request.environment);
  // One end for both halves: when one fails, the other must not go on alone.
  const ending = new AbortController();
  const signal = AbortSignal.any([request.signal, ending.signal]);
  const agent = new Agent({
    ledger: request.ledger,
    version: request.version,
    emit: request.emit,
    conclude: request.conclude,
    signal,
    ...(request.observe === undefined ? {} : { observe: request.observe }),
    ...(request.provenance === undefined ? {} : { provenance: request.provenance }),
    ...(request.behaviour === undefined ? {} : { behaviour: request.behaviour }),
    ...(request.recheckMillis === undefined ? {} : { recheckMillis: request.recheckMillis }),
    readImage: (namespace, manifest) => readImageInChild({ socket: request.socket, namespace, manifest }, signal),
  });
  const timer = setInterval(() => agent.tick(), tickMillis);
  const halves = [followSensor(agent, binary, request, signal), followContainers(agent, request.socket, signal)];
  try {
    await Promise.all(halves);
  } finally {
    ending.abort();
    await Promise.allSettled(halves);
    clearInterval(timer);
  }
  return await agent.stop();
}

async function followSensor(agent: Agent, binary: string, request: WatchRequest, signal: AbortSignal): Promise<void> {
  const options = { ...request.sensor, hashSuffixes: hashedEndings };
  const onRestart = (why: string, backoff: number): void => {
    agent.notice('sensor-ended', `${why}; started again in ${backoff} ms`);
  };
  for await (const batch of startSensor({ binary, options, signal, onRestart })) agent.sensor(batch);
}

async function followContainers(agent: Agent, socket: string, signal: AbortSignal): Promise<void> {
  for await (const event of watchContainers(socket, { signal })) agent.runtime(event);
}
