/** Bounds on what whoever reaches the port controls. Times in milliseconds. */
export const serverLimits = {
  /** Bytes of a review: what an API server takes itself (k8s.io/apiserver, MaxRequestBodyBytes). */
  bodyBytes: 3 << 20,
  /** Bytes of all bodies that are being read or answered. */
  allBodies: 96 << 20,
  /** Reviews being answered. */
  requests: 256,
  connections: 1024,
  headerBytes: 16 << 10,
  headersMillis: 5_000,
  /** A whole request, from its first byte. */
  requestMillis: 10_000,
  keepAliveMillis: 120_000,
  /** Without a byte in either direction; longer than any deadline. */
  silenceMillis: 130_000,
  handshakeMillis: 5_000,
  /** What a request that is too long may still send before its connection is cut. */
  drainBytes: 8 << 20,
  /** Unless `--deadline` says otherwise; API servers give up after 10 s where nothing else was said. */
  deadlineMillis: 8_000,
  /** Kept free below the API server's own timeout, for the way there and back. */
  marginMillis: 1_000,
  /** Kept free of the deadline to write the entry. */
  recordMillis: 500,
  /** How long requests under way may take when the server ends. */
  endMillis: 10_000,
  /** After a failed append the webhook says it is not ready for so long, then tries again. */
  storeRestMillis: 5_000,
} as const;
