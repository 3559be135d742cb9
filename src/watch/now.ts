/** Milliseconds, for measuring. */
export function monotonic(): number {
  return performance.now();
}

/** RFC 3339 UTC. */
export function now(): string {
  return new Date().toISOString();
}
