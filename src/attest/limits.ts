/** Bounds on what the author of a bundle, envelope or trusted root controls. */
export const attestLimits = {
  /** Bytes of a bundle or envelope: statements carry whole SBOMs. */
  bundleBytes: 64 << 20,
  rootBytes: 1 << 20,
  keyBytes: 64 << 10,
  jsonDepth: 128,
  logEntries: 16,
  timestamps: 16,
  certificates: 10,
  certificateBytes: 64 << 10,
  timestampBytes: 64 << 10,
  proofHashes: 64,
  checkpointBytes: 16 << 10,
  checkpointSignatures: 64,
  subjects: 4096,
  trustedKeys: 64,
  /** Referrers read for one digest. */
  referrers: 1000,
  /** Bytes of bundles and envelopes read for one digest. */
  gatheredBytes: 512 << 20,
} as const;
