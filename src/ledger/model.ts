import type { Digest } from '../oci/index.ts';

/** Everything that lasts. Later parts add kinds; a kind is never reused for another shape. */
export type EvidenceKind =
  | 'agent-started'
  | 'agent-stopped'
  | 'image-contents'
  | 'container-seen'
  | 'container-ended'
  | 'observation'
  | 'rbom-revision'
  | 'finding'
  | 'coverage'
  | 'verdict';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a producer hands in. */
export interface NewEntry {
  readonly kind: EvidenceKind;
  /** RFC 3339 UTC with milliseconds or finer. */
  readonly time: string;
  /** The images (platform manifest digest first) and documents it speaks of. */
  readonly subjects: readonly Digest[];
  /** `host/containerd-namespace/name` or `cluster/namespace/kind/name` with the container's name, or none. */
  readonly workload?: string;
  readonly body: Json;
}

/** An entry as it stands in the ledger. */
export interface Entry extends NewEntry {
  /** Position in the ledger, from 0, without holes. */
  readonly index: number;
  /** host + component + key id. */
  readonly producer: string;
  /** The producer's own counter, from 1, without holes: a hole is an omission. */
  readonly sequence: number;
  /** SHA-256(0x00 ‖ canonical bytes), hex: RFC 6962 section 2.1. */
  readonly leaf: string;
}
