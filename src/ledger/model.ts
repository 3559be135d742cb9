import type { Digest } from '../oci/index.ts';

/** Everything that lasts. Later parts add kinds; a kind is never reused for another shape. */
export const evidenceKinds = [
  'agent-started',
  'agent-stopped',
  'image-contents',
  'container-seen',
  'container-ended',
  'observation',
  'rbom-revision',
  'finding',
  'coverage',
  'provenance',
  'behaviour',
  'verdict',
  'admission',
] as const;

export type EvidenceKind = (typeof evidenceKinds)[number];

/** What JSON can say. Bodies are best declared with `type`: TypeScript does not take an `interface` for this. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a producer hands in. */
export interface NewEntry {
  readonly kind: EvidenceKind;
  /** RFC 3339 UTC with milliseconds or finer, such as `2026-11-24T09:30:00.000Z`. */
  readonly time: string;
  /** The images (platform manifest digest first) and documents it speaks of. No digest twice, 256 at most. */
  readonly subjects: readonly Digest[];
  /** `host/containerd-namespace/name` or `cluster/namespace/kind/name` with the container's name, or none. 1024 characters at most. */
  readonly workload?: string;
  /** 1 MiB at most as canonical JSON, 32 deep. What is larger is attached as a blob and named here by digest. */
  readonly body: Json;
}

/** An entry as it stands in the ledger. */
export interface Entry extends NewEntry {
  /** Position in the ledger, from 0, without holes. Not part of the leaf. */
  readonly index: number;
  /** host + component + key id, as `HOST/COMPONENT/KEY`. */
  readonly producer: string;
  /** The producer's own counter, from 1, without holes: a hole is an omission. */
  readonly sequence: number;
  /** SHA-256(0x00 ‖ canonical bytes), 64 hex digits: RFC 6962 section 2.1. */
  readonly leaf: string;
}

/** What was asked of the ledger, and where it stands now. */
export interface Appended {
  /** Index of the first and of the last entry of this append; they lie together. */
  readonly first: number;
  readonly last: number;
}

/** Which entries to read; all that are given must hold. */
export interface EntryFilter {
  /** First index to look at. */
  readonly from?: number;
  readonly kind?: EvidenceKind | readonly EvidenceKind[];
  readonly subject?: Digest;
  readonly workload?: string;
  readonly limit?: number;
}

export type SqlValue = null | number | string | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

/** What a fact set may touch while it derives: its own tables, and blobs by digest. Never the clock, never a file. */
export interface FactTransaction {
  run(sql: string, ...values: SqlValue[]): void;
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  all(sql: string, ...values: SqlValue[]): readonly Row[];
  blob(digest: Digest): Uint8Array | undefined;
}

/**
 * Tables derived from entries, in the transaction that appends them. `apply` is deterministic:
 * the same entries in the same order give the same rows. A change of `version` (or of the
 * tables) drops the tables and derives them again when the ledger is next opened for writing.
 */
export interface FactSet {
  /** Lower-case words with hyphens; unique among the sets. */
  readonly name: string;
  readonly version: number;
  /** `CREATE TABLE …`, `CREATE INDEX …`: one statement each. */
  readonly tables: readonly string[];
  apply(entry: Entry, transaction: FactTransaction): void;
}

/** Something larger than an entry's body. Content-addressed: an entry names it by `digestOf(bytes)`. 128 MiB at most. */
export type Blob = Uint8Array;

/** What `check` found wrong: nothing is repaired. */
export interface LedgerProblem {
  readonly kind: 'file' | 'leaf' | 'hole' | 'sequence' | 'blob' | 'facts';
  readonly place: string;
  readonly message: string;
}

export interface CheckReport {
  readonly entries: number;
  readonly blobs: number;
  readonly producers: number;
  readonly factSets: number;
  /** The first 1000. */
  readonly problems: readonly LedgerProblem[];
}

/** The one way in to all that lasts. */
export interface Ledger {
  readonly directory: string;
  readonly mode: 'write' | 'read';
  readonly host: Host;

  /**
   * Resolves when the entries, their facts and the blobs are on disk; rejects when none of them is.
   * The entries of one call stand together and in order; calls of one component keep their order.
   * @throws HoldfastError `entry-malformed`, `entry-too-large`, `ledger-busy`, `ledger-read-only`, `ledger-closed`,
   *   `ledger-full`, `ledger-io`, `ledger-corrupt`, `facts-failed`
   */
  append(entries: readonly NewEntry[], options?: AppendOptions): Promise<Appended>;
  /** Entries in order of index. No transaction stays open between them; entries appended meanwhile are seen. */
  read(filter?: EntryFilter): Generator<Entry, void, undefined>;
  blob(digest: Digest): Uint8Array | undefined;
  /** One SELECT over entries and facts as committed. At most 100,000 rows. */
  query(sql: string, parameters?: readonly SqlValue[]): readonly Row[];
  rebuildFacts(): void;
  check(): CheckReport;
  /** Writes what is queued, then lets go of the lock. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AppendOptions {
  readonly blobs?: readonly Blob[];
  /** Who says so, when it is not the component the ledger was opened for. */
  readonly component?: string;
}

/** A host is machine-id + boot-id: after a boot it is another producer. */
export interface Host {
  /** `MACHINE:BOOT`. */
  readonly id: string;
  /** 32 hex digits. */
  readonly machine: string;
  /** A UUID. */
  readonly boot: string;
  /** `store`: this host has no machine-id, so a random one was made and is kept in the store. */
  readonly machineFrom: 'machine-id' | 'store';
}
