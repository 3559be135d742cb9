import type { Digest, ImageIdentity } from '../oci/index.ts';

/** One regular file of the flattened image. Paths start with `/` and hold no `.`, `..` or symlinked directory. */
export interface ImageFile {
  readonly path: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky: 0o7777 at most. */
  readonly mode: number;
  /** Index of the layer that holds the bytes, 0 = base. */
  readonly layer: number;
  /** Index into `ImageContents.packages`; absent = no package owns it. */
  readonly owner?: number;
}

export interface ImageLink {
  readonly path: string;
  readonly target: string;
  readonly layer: number;
}

/** A package as its own database names it. `purl` is canonical. */
export interface ImagePackage {
  readonly purl: string;
  readonly type: 'deb' | 'npm' | 'pypi' | 'golang' | 'apk' | 'rpm' | 'maven' | 'gem' | 'cargo';
  readonly name: string;
  readonly version: string;
  /** The file (or directory) that says so, such as `/var/lib/dpkg/status`. */
  readonly location: string;
  readonly source?: { readonly name: string; readonly version: string };
  readonly licenses?: readonly string[];
}

/** What an image holds: the file manifest and the packages. Files, links and packages are sorted (paths, purls; by code unit). */
export interface ImageContents {
  readonly identity: ImageIdentity;
  readonly platform: { readonly os: string; readonly architecture: string };
  /** When the image was made, as its config says; not checked. */
  readonly created?: string;
  /** From /etc/os-release: `ID`, `VERSION_ID`. */
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name?: string };
  readonly layers: readonly { readonly digest: Digest; readonly diffId: Digest; readonly size: number }[];
  readonly files: readonly ImageFile[];
  readonly links: readonly ImageLink[];
  readonly packages: readonly ImagePackage[];
  /** Sorted by place, code and message. */
  readonly problems: readonly ImageProblem[];
}

/** Broken databases and the like: what could not be read, and where. Never silently skipped. */
export interface ImageProblem {
  /** A path in the image, or a layer and an entry. */
  readonly place: string;
  /** kebab-case, such as `dpkg-malformed`. */
  readonly code: string;
  readonly message: string;
}
