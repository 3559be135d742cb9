/** What telling others may cost, and how long it goes on. Times in milliseconds. */
export const notifyLimits = {
  /** Places that are told. */
  sinks: 8,
  /** Events that wait for one of them. */
  queue: 1024,
  /** Causes that are remembered as told, and containers whose workload and word are known: the longest unused is forgotten. */
  causes: 8192,
  containers: 8192,
  /** The same cause of the same workload is told once in so long. */
  window: 600_000,
  /** Bytes of one event; of a larger one only the main fields are sent. */
  bodyBytes: 64 * 1024,
  /** What an HTTP server, and a command, have for one event. */
  answer: 5_000,
  command: 10_000,
  /** Redirects within the same origin. */
  redirects: 3,
  /** Before the second attempt; doubled each time, up to the longest. */
  firstDelay: 250,
  longestDelay: 30_000,
  /** The longest that a `Retry-After` is obeyed. */
  retryAfter: 300_000,
  /** One event is tried for so long, so that a receiver that refuses just this one does not stop the others. */
  giveUp: 900_000,
  /** What is left for what waits when watching ends. */
  end: 5_000,
} as const;
