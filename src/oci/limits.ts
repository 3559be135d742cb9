/** Bounds on what an image's author controls. Every one has a typed error when it is passed. */
export interface OciLimits {
  /** Bytes of an index, manifest or `manifest.json`: what registries accept (distribution-spec 1.1, "Pushing Manifests"). */
  readonly manifestBytes: number;
  readonly configBytes: number;
  readonly layers: number;
  /** Descriptors in one index. */
  readonly manifests: number;
  /** Indexes within indexes. */
  readonly indexDepth: number;
  readonly jsonDepth: number;
  /** Entries of an oci-archive or docker-archive. */
  readonly archiveEntries: number;
}

export const ociLimits: OciLimits = {
  manifestBytes: 4 << 20,
  configBytes: 4 << 20,
  layers: 1024,
  manifests: 4096,
  indexDepth: 4,
  jsonDepth: 64,
  archiveEntries: 65_536,
};
