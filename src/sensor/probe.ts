import { HoldfastError } from '../errors/index.ts';
import { type Capability, type CapabilityName, capabilities, isCapabilityName } from './capability.ts';
import type { Hello } from './events.ts';
import { runOnce } from './run.ts';

/** What this host can show. */
export interface SensorProbe {
  readonly binary: string;
  readonly version: string;
  readonly kernel: string;
  /** One for each name of the closed list, in its order: what the sensor does not name is absent. */
  readonly capabilities: readonly Capability[];
}

/**
 * Runs `sensor --probe`, which tries each hook for real and ends.
 *
 * @throws HoldfastError `sensor-silent`, `sensor-protocol`
 */
export async function probeSensor(binary: string, signal: AbortSignal): Promise<SensorProbe> {
  const life = runOnce(binary, ['--probe'], signal);
  const found = new Map<CapabilityName, Capability>();
  let hello: Hello | undefined;
  for (;;) {
    const step = await life.next();
    if (step.done === true) {
      if (hello === undefined) throw new HoldfastError('sensor-silent', step.value.why);
      break;
    }
    for (const event of step.value) {
      if (event.type === 'hello') hello = event;
      if (event.type === 'capability' && isCapabilityName(event.name))
        found.set(event.name, { name: event.name, state: event.state, detail: event.detail });
    }
  }
  const names = Object.keys(capabilities) as CapabilityName[];
  return {
    binary,
    version: hello.version,
    kernel: hello.kernel,
    capabilities: names.map(
      (name) => found.get(name) ?? { name, state: 'absent', detail: 'the sensor does not name it' },
    ),
  };
}
