import type { ImageConfig } from './config.ts';
import type { Digest } from './digest.ts';
import type { ImageIdentity } from './identity.ts';

/** One layer, base = 0. */
export interface Layer {
  /** Of the blob as stored (compressed or not). Absent in a docker-archive, whose layers have only a `diffId`. */
  readonly digest?: Digest;
  /** Of the uncompressed tar, as the config says. The reader of the layer checks it. */
  readonly diffId: Digest;
  /** Bytes of the blob as stored. */
  readonly size: number;
  /** For messages. */
  readonly place: string;
  /** The blob's bytes as stored; length and digest are checked as they pass, so read to the end. May be called again. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface LayeredSource extends AsyncDisposable {
  readonly kind: 'layers';
  readonly identity: ImageIdentity;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

/** A root filesystem on this host. It has no digests, so it can be read and not sealed. */
export interface DirectorySource extends AsyncDisposable {
  readonly kind: 'directory';
  readonly directory: string;
}

/** An opened SOURCE. Dispose of it when done. */
export type ImageSource = LayeredSource | DirectorySource;
