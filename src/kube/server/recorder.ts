import type { Ledger } from '../../ledger/index.ts';
import type { Digest } from '../../oci/index.ts';
import { type AdmissionEntry, admissionEntry, type Route, type SeenImages, type Verdict } from '../admission/index.ts';
import type { AdmissionRequest } from '../review/index.ts';
import { serverLimits } from './limits.ts';

export interface Recorder {
  /** Resolves to the decision's id when its entry is on disk. @throws what the store says */
  record(request: AdmissionRequest, route: Route, verdict: Verdict): Promise<Digest>;
  /** Whether the store took the last entry, or is to be tried again. */
  readonly works: boolean;
}

export interface RecorderOptions {
  readonly ledger: Ledger;
  readonly seen: SeenImages;
  readonly cluster: string;
  readonly policies: () => Digest;
}

/** Every answer becomes evidence before it leaves. Many at a time share one fsync. */
export function openRecorder({ ledger, seen, cluster, policies }: RecorderOptions): Recorder {
  let failedAt: number | undefined;
  return {
    async record(request, route, verdict) {
      const time = new Date().toISOString();
      const { id, entry }: AdmissionEntry = admissionEntry(request, route, verdict, {
        cluster,
        policies: policies(),
        time,
      });
      try {
        await ledger.append([entry]);
        failedAt = undefined;
      } catch (error) {
        failedAt = performance.now();
        throw error;
      }
      seen.remember(entry.body);
      return id;
    },
    get works() {
      return failedAt === undefined || performance.now() - failedAt > serverLimits.storeRestMillis;
    },
  };
}
