import type { Digest } from '../oci/index.ts';
import type { BehaviourState } from './behaviour/behaviour.ts';
import type { ContainerEndedBody, ContainerSeenBody, FileSeen, NetworkSeen } from './bodies.ts';
import type { Coverage, CoverageGap } from './coverage.ts';
import type { Finding } from './finding.ts';
import type { MissingHash, MissingManifest } from './model.ts';
import type { ProvenanceState } from './provenance.ts';

/** Is what ran the image's? Only facts: the verdict's word is made of them elsewhere. */
export interface IdentityState {
  /** Ids of the findings. */
  readonly findings: readonly string[];
  /** What could not be judged, and how many files. */
  readonly unknown: ReadonlyMap<MissingHash | MissingManifest, number>;
  /** `reading`: the image's contents are not in the store yet. `ambiguous`: several manifests hold its config. */
  readonly image: 'ready' | 'reading' | 'ambiguous' | MissingManifest;
}

/** What identity and coverage say of a container now. */
export interface ContainerState {
  readonly container: string;
  readonly image: Digest | null;
  readonly identity: IdentityState;
  readonly behaviour: BehaviourState;
  readonly provenance: ProvenanceState;
  readonly coverage: Coverage;
}

/**
 * What the agent tells while it works, each only after the evidence behind it is on disk. `watch --json` prints these,
 * one object a line; docs/watch.md names the fields.
 */
export type WatchEvent =
  | {
      readonly type: 'container';
      readonly time: string;
      readonly state: 'seen' | 'ended';
      readonly container: string;
      readonly image: Digest | null;
      readonly details: ContainerSeenBody | ContainerEndedBody;
    }
  | Finding
  | ({
      readonly type: 'observation';
      readonly container: string;
      readonly image: Digest | null;
    } & (FileSeen | NetworkSeen))
  | ({ readonly type: 'coverage'; readonly time: string; readonly container: string | null } & CoverageGap)
  | { readonly type: 'state'; readonly time: string; readonly state: ContainerState }
  | {
      readonly type: 'rbom';
      readonly time: string;
      readonly container: string;
      readonly image: Digest | null;
      /** Packages executed, mapped or loaded. */
      readonly used: number;
      /** Packages merely read, and not among the used. */
      readonly read: number;
      /** Packages the image holds. */
      readonly total: number;
    }
  | {
      readonly type: 'image';
      readonly time: string;
      readonly image: Digest;
      readonly state: 'reading' | 'ready' | 'unreadable';
      readonly detail: string;
      readonly files: number;
      readonly packages: number;
      /** Peak resident memory of the process that read it, KiB. */
      readonly rssKib: number;
    }
  | {
      readonly type: 'heartbeat';
      readonly time: string;
      readonly containers: number;
      readonly agentRssKib: number;
      readonly sensorRssKib: number;
      /** Frames read from the sensor since the agent's start. */
      readonly frames: number;
      /** What the sensor read from the kernel since its start: new things, executable mappings, file events. */
      readonly ringRecords: number;
      readonly mappingRecords: number;
      readonly fileEvents: number;
      /** What was read and is not written or judged yet. */
      readonly waiting: number;
    }
  | { readonly type: 'notice'; readonly time: string; readonly code: string; readonly message: string };
