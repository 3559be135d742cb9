import type { Unreadable } from '../containers/index.ts';
import type { Digest } from '../oci/index.ts';
import type { Place } from '../sensor/index.ts';

/** How a file was used. `loaded`: by an interpreter. `read`: opened, for whatever reason. */
export type FileUse = 'executed' | 'mapped' | 'loaded' | 'read' | 'written';

/** How a connection was made. */
export type NetworkUse = 'connect' | 'bind' | 'send';

/** Where the bytes of a file come from, as people read it. */
export type From =
  | `layer ${number}`
  | 'image'
  | 'upper'
  | 'volume'
  | 'tmpfs'
  | 'memfd'
  | 'unlinked'
  | 'host'
  | 'unknown';

/** What is known of the bytes at the time of judging. */
export type Content =
  | {
      readonly known: true;
      readonly sha256: string;
      readonly size: number;
      /**
       * The bytes of a later version of the same file: it was changed (unlinked, renamed, its mode set, or written)
       * before it could be read. They can convict, not acquit.
       */
      readonly later?: true;
    }
  | { readonly known: false; readonly reason: MissingHash };

export type MissingHash =
  | 'hash-too-big'
  | 'hash-too-slow'
  | 'hash-gone'
  | 'hash-changing'
  | 'hash-error'
  | 'hash-backlog'
  | 'hash-late'
  | 'not-hashed';

/**
 * Why an image's file manifest can't be asked: what containerd lacks, or `image-unreadable`: its layers could not be
 * read, `container-unknown`: containerd never told of this container, `image-late`: too much ran before it was read.
 */
export type MissingManifest = Unreadable | 'image-unreadable' | 'container-unknown' | 'image-late';

/** One file of the image, as asked from the store. */
export interface ManifestFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly layer: number;
  /** purl of the package that owns it. */
  readonly package?: string;
}

/** The file manifest of one image: point queries, never the whole. */
export interface Manifest {
  byPath(path: string): ManifestFile | undefined;
  byContent(sha256: string): ManifestFile | undefined;
}

/** A file as it was used once: what identity is decided from. */
export interface Sight {
  readonly use: FileUse;
  /** In the container, as well as it is known. */
  readonly path: string;
  readonly place: Place;
  readonly unlinked: boolean;
  /** In this container it was written by Python, as bytecode is. */
  readonly compiled?: boolean;
  readonly content: Content;
}

export type Identity =
  | {
      readonly verdict: 'good';
      /** `content`: same path, same bytes. `elsewhere`: the image's bytes under another path. `by-layer`: not hashed, but read from an image layer. `derived`: made from the image's own source. */
      readonly how: 'content' | 'elsewhere' | 'by-layer' | 'derived';
      readonly image: ManifestFile;
    }
  | { readonly verdict: 'foreign'; readonly how: 'modified'; readonly image: ManifestFile }
  | { readonly verdict: 'foreign'; readonly how: 'not-in-image' }
  | { readonly verdict: 'unknown'; readonly reason: MissingHash | MissingManifest }
  /** Nothing that an image could hold: code that a program made in its own memory. */
  | { readonly verdict: 'none'; readonly how: 'anonymous' };

/** A process as findings show it. */
export type ProcessInfo = {
  readonly pid: number;
  readonly path: string;
  readonly argv: readonly string[];
  readonly uid: number;
  readonly parents: readonly { readonly pid: number; readonly path: string; readonly argv: readonly string[] }[];
};

/** Which digest an image is filed under; `config`: the runtime knew no manifest. */
export interface ImageKey {
  readonly digest: Digest;
  readonly kind: 'manifest' | 'config';
}
