/** What a profile may cost whoever reads it: it is someone else's document until its signature is known, and large after. */
export const profileLimits = {
  /** Bytes of the document. */
  bytes: 1024 * 1024,
  /** What an ordinary service's profile stays under; `lint` says when it does not. */
  ordinaryBytes: 64 * 1024,
  /** Nested lists and objects. */
  depth: 12,
  /** Rows of all tables together. */
  entries: 60_000,
  /** A run is one bit of a number. */
  runs: 32,
  executables: 4096,
  processes: 8192,
  /** Argument patterns of one process entry. */
  argumentPatterns: 128,
  /** Elements of one argument pattern. */
  argumentElements: 256,
  /** Characters of a path or an argument pattern. */
  text: 4096,
  /** Segments of a path. */
  segments: 128,
  /** Placeholders of one segment or argument. */
  placeholders: 24,
  /** Patterns with a placeholder that stand side by side in one directory: each is looked at for each file there. */
  siblings: 1024,
  /** Contents one executable may have, where it is not the image's. */
  pins: 16,
  /** Things of a recording that are kept; more is a gap. */
  recorded: 200_000,
  /** Amendments applied to one profile, and lines of them all. */
  amendments: 64,
  amendmentLines: 1024,
} as const;

/** Of a recipe's canonical JSON. */
export const recipeLimits = { bytes: 1024 * 1024, depth: 16 } as const;
