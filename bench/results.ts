import type { EvidenceResults } from './evidence/results.ts';
import type { Latency } from './latency.ts';
import type { Memory, Novelty } from './novelty.ts';
import type { OverheadRow } from './overhead.ts';
import type { SbomRow } from './sbom.ts';
import type { ServiceRow } from './services.ts';
import type { Steady } from './steady.ts';

/** All that one run measured. */
export interface Results {
  readonly overhead: readonly OverheadRow[];
  readonly steady?: readonly Steady[];
  readonly latency?: Latency;
  readonly novelty?: Novelty;
  readonly memory?: Memory;
  readonly sbom?: SbomRow;
  readonly services?: readonly ServiceRow[];
  readonly evidence?: EvidenceResults;
}
