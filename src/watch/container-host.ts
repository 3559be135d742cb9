import type { HashBook } from './hashes.ts';

/** What one container needs of the agent. */
export interface ContainerHost {
  readonly hashes: HashBook;
  /** Monotonic milliseconds. */
  now(): number;
  timeOf(boot: bigint): string;
  later(millis: number, action: () => void): void;
}
