import type { Digest } from '../oci/index.ts';
import type { CapabilityState, CountKind } from '../sensor/index.ts';
import type { BehaviourFacts } from './behaviour/behaviour.ts';
import type { FileUse, From, NetworkUse, ProcessInfo } from './model.ts';

/** What the agent writes into the ledger, by kind of entry. `container` is always `namespace/id` of containerd. */

export type AgentStartedBody = {
  readonly version: string;
  readonly kernel: string;
  readonly sensor: string;
  readonly capabilities: readonly { readonly name: string; readonly state: CapabilityState; readonly detail: string }[];
};

export type ContainerSeenBody = {
  readonly container: string;
  readonly name: string;
  readonly kind: string;
  readonly created: string;
  /** It ran before Holdfast did. */
  readonly older: boolean;
  readonly image: ImageBody;
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string } | null;
  readonly labels: { readonly [name: string]: string };
};

export type ImageBody = {
  /** What its contents are filed under; null: identity can't be judged. */
  readonly key: Digest | null;
  readonly keyKind: 'manifest' | 'config' | null;
  readonly name: string;
  readonly named: string;
  readonly index: Digest | null;
  readonly manifest: Digest | null;
  readonly config: Digest | null;
  readonly candidates: readonly Digest[];
  readonly unreadable: string | null;
};

/** One check that did not pass, or why nothing could be told. */
export type ProvenanceFault = {
  readonly policy: string | null;
  readonly check: string;
  readonly code: string;
  readonly reason: string;
};

/** What policies say of the evidence of an image that runs. */
export type ProvenanceBody = {
  readonly image: Digest;
  readonly name: string;
  readonly state: 'not-checked' | 'pending' | 'good' | 'refused' | 'unavailable';
  readonly detail: string;
  readonly faults: readonly ProvenanceFault[];
  /** The execution profile it is judged by, or why the one that is there is not used. */
  readonly profile:
    | { readonly state: 'given'; readonly evidence: Digest; readonly digest: Digest }
    | { readonly state: 'refused'; readonly evidence: Digest; readonly code: string; readonly reason: string }
    | null;
  readonly exceptions: readonly {
    readonly evidence: Digest;
    readonly name: string;
    readonly notBefore: string;
    readonly expires: string;
  }[];
  /** Signed file manifests, and the digest of the files of each. */
  readonly files: readonly { readonly evidence: Digest; readonly digest: string }[];
};

/** How a container does by its profile. */
export type BehaviourBody = { readonly container: string; readonly image: Digest | null } & BehaviourFacts;

export type ContainerEndedBody = { readonly container: string; readonly code: number | null };

/** One part of an image's contents; the files themselves are in the blob (`ImagePart`). */
export type ImageContentsBody = {
  readonly image: Digest;
  /** `signed`: these are the rows of a signed file manifest, and `image` is that evidence. */
  readonly keyKind: 'manifest' | 'config' | 'signed';
  readonly part: number;
  /** True on the last part: only now may the image be asked. */
  readonly complete: boolean;
  readonly blob: Digest;
  /** Of all parts, on the last: what a signed file manifest is compared with (`filesDigest` of src/contents). */
  readonly filesDigest: string | null;
  readonly files: number;
  readonly packages: number;
};

/** The blob of one part: rows, so that ten thousand files stay small. */
export type ImagePart = {
  /** path, sha256, size, mode, layer, index of its package or -1 */
  readonly files: readonly (readonly [string, string, number, number, number, number])[];
  /** index, purl, name, version, type, location */
  readonly packages: readonly (readonly [number, string, string, string, string, string])[];
  /** path, target, layer */
  readonly links: readonly (readonly [string, string, number])[];
  readonly problems: readonly { readonly place: string; readonly code: string; readonly message: string }[];
};

/** One file as it was used. */
export type FileSeen = {
  readonly use: FileUse;
  readonly time: string;
  readonly path: string;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly verdict: 'good' | 'foreign' | 'unknown' | 'none';
  /** How it was judged, or why it could not be. */
  readonly how: string;
  readonly from: From;
  readonly package: string | null;
  readonly layer: number | null;
  /** Hex of the kernel's key, where later counts name it. */
  readonly key: string | null;
  /** Read from /proc, not seen happening. */
  readonly snapshot: boolean;
  /** Absent on plain reads. */
  readonly process: ProcessInfo | null;
};

export type NetworkSeen = {
  readonly use: NetworkUse;
  readonly time: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: number;
  readonly mapped: boolean;
  readonly key: string;
  readonly process: ProcessInfo | null;
};

export type ObservationBody = {
  readonly container: string;
  readonly image: Digest | null;
  readonly files: readonly FileSeen[];
  readonly network: readonly NetworkSeen[];
};

/** Counts that moved since the last revision. */
export type RbomRevisionBody = {
  readonly container: string;
  readonly image: Digest | null;
  readonly counts: readonly {
    readonly kind: CountKind;
    readonly key: string;
    readonly count: number;
    readonly last: string;
  }[];
};

/** One stretch of time in which something may not have been seen. */
export type GapBody = {
  readonly cause: string;
  readonly from: string;
  /** null = still open */
  readonly to: string | null;
  /** Events lost; null = not known. */
  readonly count: number | null;
  readonly repaired: boolean;
  readonly detail: string;
};

export type CoverageBody = {
  /** null = every container that ran then. */
  readonly container: string | null;
  readonly gaps: readonly GapBody[];
};
