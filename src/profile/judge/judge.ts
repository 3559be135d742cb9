import { throughLinks } from '../alias.ts';
import type { Observation } from '../observation.ts';
import { wellFormed } from '../record/recorder.ts';
import type { CompiledProfile } from './compile.ts';
import type { Drift } from './drift.ts';
import { judgeFile } from './file.ts';
import { judgeConnection, judgeListening, judgeMemory } from './network.ts';
import { judgeProcess } from './process.ts';

/**
 * Whether a profile allows what was seen. Pure; what is allowed costs a few look-ups, whatever the profile's size. Only what
 * is not is compared with its neighbours.
 */
export function judgeObservation(compiled: CompiledProfile, observation: Observation): 'allowed' | Drift {
  const seen = wellFormed(observation);
  const judged = judgeAsNamed(compiled, seen);
  const { aliases } = compiled.profile;
  if (judged === 'allowed' || aliases.length === 0) return judged;
  const through = throughLinks(aliases, seen);
  return through === seen ? judged : judgeAsNamed(compiled, through);
}

function judgeAsNamed(compiled: CompiledProfile, seen: Observation): 'allowed' | Drift {
  switch (seen.kind) {
    case 'process':
      return judgeProcess(compiled, seen);
    case 'file':
      return judgeFile(compiled, seen);
    case 'connection':
      return judgeConnection(compiled, seen);
    case 'listen':
      return judgeListening(compiled, seen);
    case 'memory':
      return judgeMemory(compiled, seen);
  }
}
