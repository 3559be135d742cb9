/** How many requests run side by side: enough to hide latency, too few to be throttled for. */
const atOnce = 6;

/** Works on all of them, a few at once. The first failure is thrown when those under way have ended. */
export async function inTurn<T>(
  all: readonly T[],
  signal: AbortSignal,
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const waiting = all.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const one of waiting) {
      signal.throwIfAborted();
      if (failures.length > 0) return;
      try {
        await work(one);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
