import { HoldfastError } from '../../errors/index.ts';
import { type Capability, capabilities, locateSensor, probeSensor } from '../../sensor/index.ts';
import type { Check } from './check.ts';

const patience = 30_000;

/** Finds the sensor and lets it try each hook for real: one check for the program, one a capability. */
export async function sensorChecks(environment: NodeJS.ProcessEnv = process.env): Promise<readonly Check[]> {
  try {
    const binary = locateSensor(environment);
    const probe = await probeSensor(binary, AbortSignal.timeout(patience));
    const detail = `${probe.binary}, version ${probe.version}`;
    return [{ name: 'sensor', state: 'ok', detail, needed: true }, ...probe.capabilities.map(capabilityCheck)];
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    // What the kernel would show was not tried: that is not a no.
    return [{ name: 'sensor', state: 'unknown', detail: error.message, needed: true, remedy: error.remedy }];
  }
}

function capabilityCheck({ name, state, detail }: Capability): Check {
  const { sentence, improve, needed } = capabilities[name];
  const found = { name, detail, shows: sentence, needed } as const;
  if (state === 'shown') return { ...found, state: 'ok' };
  const why = detail === '' ? state : `${state}: ${detail}`;
  return { ...found, state: state === 'partial' ? 'partial' : 'missing', detail: why, remedy: improve };
}
