import type { BlobStore, Expected } from './blobs.ts';
import type { Descriptor } from './descriptor.ts';
import type { Digest } from './digest.ts';

/** A manifest or index as stored. Its bytes have the digest of its descriptor. */
export interface StoredManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * One manifest that names another as its `subject` (distribution-spec 1.1, "Listing Referrers").
 * What it says besides the digest is hearsay: registries fill in `artifactType` and annotations differently or not at all,
 * so read the manifest before deciding anything by them.
 */
export interface Referrer extends Descriptor {
  readonly artifactType?: string;
  /** Where it was found first: the referrers API, the fallback tag `sha256-HEX`, or the layout's own entries. */
  readonly via: 'api' | 'tag' | 'layout';
}

export interface ReferrersOptions {
  /** Leaves out those that say they are something else; those that do not say stay in. */
  readonly artifactType?: string;
}

/** A blob's bytes, or what opens them anew each time (an upload that broke begins again or goes on where it broke). */
export type BlobContent = Uint8Array | ((signal: AbortSignal) => AsyncIterable<Uint8Array>);

export interface PushBlobOptions {
  /** Another repository of the same registry that may have the blob. */
  readonly mountFrom?: string;
}

export interface NewManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Without one it is stored under its digest alone. */
  readonly tag?: string;
}

/**
 * Images and what is attached to them, in one repository of a registry or in an OCI layout. All reading of manifests is
 * verified; blobs are read as `BlobStore` says. Errors that any call may throw beside its own: `registry-unreachable`,
 * `registry-unauthorized`, `registry-denied`, `registry-throttled`, `registry-malformed`, `registry-limit`,
 * `registry-redirect`, `registry-refused`, `source-unreadable`, and the signal's reason.
 */
export interface Repository extends BlobStore, AsyncDisposable {
  /** For messages, and to tell two apart: `HOST/NAME` or `oci:DIR`. */
  readonly name: string;
  /**
   * What a tag or digest stands for now; the digest is that of the bytes received. Without a reference: the layout's only
   * image, the registry's `latest`.
   * @throws HoldfastError `not-found`, `source-ambiguous`, `digest-mismatch`, `oci-limit`
   */
  resolve(reference: string | undefined, signal: AbortSignal): Promise<Descriptor>;
  /** By tag or digest, whole and verified. @throws as `resolve` */
  manifest(reference: string, signal: AbortSignal): Promise<StoredManifest>;
  /**
   * Everything attached to a digest, by every way others attach it, each once, ordered by digest. An empty list where there is nothing.
   * @throws HoldfastError `registry-limit`, `oci-limit`, `oci-malformed`
   */
  referrers(subject: Digest, signal: AbortSignal, options?: ReferrersOptions): Promise<readonly Referrer[]>;
  /** Sorted. @throws HoldfastError `not-found`, `registry-limit` */
  tags(signal: AbortSignal): Promise<readonly string[]>;
  /** @throws HoldfastError `blob-size`, `digest-mismatch` where the content is not what was announced */
  pushBlob(
    blob: Expected,
    content: BlobContent,
    signal: AbortSignal,
    options?: PushBlobOptions,
  ): Promise<'pushed' | 'present' | 'mounted'>;
  /**
   * Stores a manifest. One with a `subject` can be found by `referrers` afterwards, also where the registry lacks the API:
   * then the fallback tag is updated so that no other writer's entry is lost.
   * @throws HoldfastError `registry-conflict`, `oci-malformed`, `oci-limit`
   */
  pushManifest(manifest: NewManifest, signal: AbortSignal): Promise<Descriptor>;
}
