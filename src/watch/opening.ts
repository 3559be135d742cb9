import type { NewEntry } from '../ledger/index.ts';
import { type CapabilityEvent, capabilities, type Hello, isCapabilityName } from '../sensor/index.ts';
import type { CoverageGap } from './coverage.ts';

/** The first entry of an agent: who watches, and what this kernel shows. */
export function openingEntry(time: string, version: string, hello: Hello, shown: readonly CapabilityEvent[]): NewEntry {
  const body = {
    version,
    sensor: hello.version,
    kernel: hello.kernel,
    capabilities: shown.map(({ name, state, detail }) => ({ name, state, detail })),
  };
  return { kind: 'agent-started', time, subjects: [], body };
}

/** A gap that stays open for each thing that identity needs and this kernel does not show. */
export function lacking(from: string, shown: readonly CapabilityEvent[]): readonly CoverageGap[] {
  return shown
    .filter(
      ({ name, state }) =>
        isCapabilityName(name) && capabilities[name].needed && state !== 'shown' && state !== 'partial',
    )
    .map(({ name, detail }) => ({ cause: 'sensor-lacks', from, repaired: false, detail: `${name}: ${detail}` }));
}
