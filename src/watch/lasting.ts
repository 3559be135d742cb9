import type { Container } from '../containers/index.ts';
import { Behaviour } from './behaviour/behaviour.ts';
import { workloadNames } from './behaviour/session.ts';
import type { BehaviourTools } from './behaviour/tools.ts';
import { FileMemory } from './file-memory.ts';
import { Judged } from './judged.ts';

/**
 * What of a container outlives its processes. One that is stopped and started again has the files that it had: what was
 * found of it is found of it still.
 */
export interface Lasting {
  readonly files: FileMemory;
  readonly judged: Judged;
  /** Undefined: no policy, no profile. */
  readonly behaviour: Behaviour | undefined;
}

/** Of a container that begins. */
export function nothingYet(meta: Container, tools: BehaviourTools | undefined): Lasting {
  const display = `${meta.namespace}/${meta.id}`;
  const names = workloadNames(meta.pod, meta);
  return {
    files: new FileMemory(),
    judged: new Judged(display, meta.created),
    behaviour: tools && new Behaviour(tools, display, `${display} ${meta.created}`, names),
  };
}
