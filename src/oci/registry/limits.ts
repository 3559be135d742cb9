/** Bounds on what a registry, or whoever stands between, controls. Times in milliseconds. */
export interface RegistryLimits {
  /** TCP and TLS together. */
  readonly connectMillis: number;
  /** From the request to the end of the answer's headers. */
  readonly headersMillis: number;
  /** Between two pieces of a body. */
  readonly idleMillis: number;
  /** A whole small answer: manifest, token, list, error. */
  readonly answerMillis: number;
  /** A blob that comes more slowly than this over its whole time is given up, once `answerMillis` have passed. */
  readonly blobBytesPerSecond: number;
  /** Of one request that can be repeated, the first included. */
  readonly attempts: number;
  /** Before the second attempt; doubles each time. */
  readonly backoffMillis: number;
  /** Waiting that a registry may ask of one request in all (429, 503 with Retry-After). */
  readonly throttleMillis: number;
  readonly redirects: number;
  /** How often one blob may go on after its connection broke. */
  readonly resumes: number;
  readonly errorBytes: number;
  readonly tokenBytes: number;
  /** One page of tags or referrers. */
  readonly pageBytes: number;
  readonly pages: number;
  readonly tags: number;
  /** Manifests attached to one digest. */
  readonly referrers: number;
  /** From this size on a blob is pushed in chunks of this size. */
  readonly chunkBytes: number;
  /** Times a fallback tag is written anew because somebody else wrote it meanwhile. */
  readonly tagAttempts: number;
}

export const registryLimits: RegistryLimits = {
  connectMillis: 10_000,
  headersMillis: 30_000,
  idleMillis: 30_000,
  answerMillis: 60_000,
  blobBytesPerSecond: 16 << 10,
  attempts: 4,
  backoffMillis: 200,
  throttleMillis: 60_000,
  redirects: 5,
  resumes: 8,
  errorBytes: 64 << 10,
  tokenBytes: 64 << 10,
  pageBytes: 4 << 20,
  pages: 256,
  tags: 100_000,
  referrers: 4096,
  chunkBytes: 32 << 20,
  tagAttempts: 16,
};
