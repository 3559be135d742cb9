import type { Digest } from '../oci/index.ts';

/** containerd's namespace and id: with the host, the name of a container. */
export interface ContainerRef {
  readonly namespace: string;
  readonly id: string;
}

/**
 * Which image a container runs, and which of the three digests the runtime named.
 * `manifest` is the key; it is absent when only a config digest is known and several
 * (or no) manifests hold it, or when the image can't be told: then `candidates` lists
 * the manifests it may be, and provenance is unknown.
 */
export interface RunningImage {
  /** As the runtime has it: a reference or a digest; may be empty. */
  readonly name: string;
  readonly named: 'index' | 'manifest' | 'config' | 'unknown';
  readonly index?: Digest;
  readonly manifest?: Digest;
  readonly config?: Digest;
  /** Sorted. Present exactly where `manifest` is absent though some are known. */
  readonly candidates?: readonly Digest[];
  /** The container's snapshot was asked and stands on exactly this image's layers; false = not asked or not there. */
  readonly confirmed: boolean;
  /** Why identity can't be judged. */
  readonly unreadable?: Unreadable;
}

/**
 * - `layers-discarded`: a layer's blob is no longer in the content store.
 * - `image-unknown`: the image store has no such image, or its manifest is not there, or makes no sense.
 * - `image-moved`: the name now points to another image than the one whose layers this container stands on.
 * - `platform-absent`: the index has no manifest for this host.
 * - `runtime-unreachable`: containerd did not answer.
 */
export type Unreadable =
  | 'layers-discarded'
  | 'image-unknown'
  | 'image-moved'
  | 'platform-absent'
  | 'runtime-unreachable';

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

export interface Container extends ContainerRef {
  readonly image: RunningImage;
  readonly labels: Readonly<Record<string, string>>;
  /** RFC 3339 UTC. */
  readonly created: string;
  /** From CRI's labels; absent under `ctr`. */
  readonly pod?: Pod;
  /** The container's name within its pod, or its id. */
  readonly name: string;
  readonly kind: 'container' | 'sandbox';
  /** Its first process, in the host's pid namespace, while that runs. */
  readonly pid?: number;
  /** Absent where the root is not a snapshot, or the container was gone before it could be asked. */
  readonly snapshot?: { readonly snapshotter: string; readonly key: string };
  /** The host's file that is mounted as its /etc/resolv.conf. */
  readonly resolvConf?: string;
  /** False: gone before containerd could be asked: labels, pod and snapshot are not known, only what its event said. */
  readonly complete: boolean;
}

/** One step in the life of containers. Times are RFC 3339 UTC: containerd's own, or the agent's where `missed`. */
export type ContainerEvent =
  /** Events flow and everything that is there was listed: what happens after `time` is seen. */
  | { readonly type: 'connected'; readonly time: string }
  /** What happens from `time` until the next `connected` may be missed, except what is still there then. */
  | { readonly type: 'disconnected'; readonly time: string; readonly reason: string }
  /** A container not told of before, or one told of again because more became known. `listed`: older than our look. */
  | { readonly type: 'container'; readonly time: string; readonly container: Container; readonly listed: boolean }
  | TaskEvent
  /** Its record was deleted; nothing of it runs any more. */
  | (Step & { readonly type: 'removed' })
  | {
      readonly type: 'image';
      readonly time: string;
      readonly namespace: string;
      readonly name: string;
      readonly change: 'created' | 'updated' | 'deleted';
    };

export type TaskEvent =
  /** Its root is mounted and its first process waits; nothing of the image ran yet. */
  | (Step & { readonly type: 'task-created'; readonly pid: number; readonly bundle: string })
  | (Step & { readonly type: 'started'; readonly pid: number })
  /** `code` is absent where the end was not seen. */
  | (Step & { readonly type: 'exited'; readonly pid: number; readonly code?: number })
  | (Step & { readonly type: 'exec-started'; readonly execId: string; readonly pid: number })
  | (Step & { readonly type: 'exec-exited'; readonly execId: string; readonly pid: number; readonly code: number })
  | (Step & { readonly type: 'oom' });

interface Step {
  readonly ref: ContainerRef;
  readonly time: string;
  /** Not seen happening: found by comparing lists; it happened at some time before `time`. */
  readonly missed: boolean;
}
