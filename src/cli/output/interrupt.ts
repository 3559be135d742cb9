/**
 * Aborts at the first SIGINT or SIGTERM, so that a verb can end its work and clean up; the second one kills at once.
 * Dispose it when the work is done: it holds the signal handlers.
 */
export function interrupt(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const release = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return { signal: controller.signal, [Symbol.dispose]: release };
}
