import type { Json, Ledger } from '../ledger/index.ts';
import type { BehaviourTools } from './behaviour/tools.ts';
import type { ContainerHost } from './container-host.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import type { ImageReader } from './images.ts';
import type { ProvenanceJudge } from './provenance.ts';

export interface AgentOptions {
  readonly ledger: Ledger;
  readonly version: string;
  readonly readImage: ImageReader;
  /** Without it the provenance of nothing is checked. */
  readonly provenance?: ProvenanceJudge | undefined;
  /** Evidence is asked for anew so often. */
  readonly recheckMillis?: number | undefined;
  /** Judges what containers do by the profiles that provenance brings. */
  readonly behaviour?: BehaviourTools | undefined;
  /** What containers do, in the words of execution profiles. */
  readonly observe?: ContainerHost['observe'];
  readonly signal: AbortSignal;
  readonly emit: (event: WatchEvent) => void;
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}
