import type { Json, Ledger } from '../ledger/index.ts';
import type { ContainerHost } from './container-host.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import type { ImageReader } from './images.ts';
import type { ProvenanceJudge } from './provenance.ts';

export interface AgentOptions {
  readonly ledger: Ledger;
  readonly version: string;
  readonly readImage: ImageReader;
  /** Without it the provenance of nothing is checked. */
  readonly provenance?: ProvenanceJudge;
  /** What containers do, in the words of execution profiles. */
  readonly observe?: ContainerHost['observe'];
  readonly signal: AbortSignal;
  readonly emit: (event: WatchEvent) => void;
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}
