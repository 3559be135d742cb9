import type { Observation } from '../profile/index.ts';
import type { BehaviourTools } from './behaviour/tools.ts';
import type { WatchedContainer } from './container.ts';
import type { HashBook } from './hashes.ts';

/** What one container needs of the agent. */
export interface ContainerHost {
  readonly hashes: HashBook;
  /** Monotonic milliseconds. */
  now(): number;
  timeOf(boot: bigint): string;
  later(millis: number, action: () => void): void;
  /** Judges behaviour; without them nothing is judged but identity. */
  readonly behaviour?: BehaviourTools | undefined;
  /** What a container did, for who asked for it. */
  readonly observe?: ((container: WatchedContainer, observation: Observation) => void) | undefined;
}
