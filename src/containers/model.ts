import type { Digest } from '../oci/index.ts';

/** containerd's namespace and id: with the host, the name of a container. */
export interface ContainerRef {
  readonly namespace: string;
  readonly id: string;
}

/**
 * Which image a container runs, and which of the three digests the runtime named.
 * `manifest` is the key; it is absent when only a config digest is known and several
 * (or no) manifests hold it: then `candidates` lists them, and provenance is unknown.
 */
export interface RunningImage {
  readonly name: string;
  readonly named: 'index' | 'manifest' | 'config' | 'unknown';
  readonly index?: Digest;
  readonly manifest?: Digest;
  readonly config?: Digest;
  readonly candidates?: readonly Digest[];
  /** Why identity can't be judged: the layers' blobs are gone, the image is unknown, containerd is away. */
  readonly unreadable?: 'layers-discarded' | 'image-unknown' | 'runtime-unreachable';
}

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

export interface Container extends ContainerRef {
  readonly image: RunningImage;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: string;
  /** From CRI's labels; absent under `ctr`. */
  readonly pod?: Pod;
  /** The container's name within its pod, or its id. */
  readonly name: string;
  readonly kind: 'container' | 'sandbox';
  readonly pid?: number;
  readonly snapshotter: string;
  readonly snapshotKey: string;
}
