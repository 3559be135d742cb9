import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reloaded {
  /** For people: `policy`, `certificate`. */
  readonly what: string;
  readonly files: readonly string[];
  /** `signatureOf` the files before they were read first: what changed between the two must not be missed. */
  readonly seen: string;
  /** Reads the files and uses them; what it throws leaves everything as it was. */
  readonly reload: () => Promise<void>;
  /** Files that are named in the files change too: also without a visible change it is read so often, in milliseconds. */
  readonly anyway?: number;
}

export type ReloadEvent =
  | { readonly type: 'reloaded'; readonly what: string }
  | { readonly type: 'kept'; readonly what: string; readonly error: unknown };

/**
 * Looks at files every `interval` milliseconds until the signal. Looking works where watching does not: mounted secrets are
 * changed by renaming a directory that a link leads through.
 */
export async function reloadChanged(
  all: readonly Reloaded[],
  interval: number,
  signal: AbortSignal,
  tell: (event: ReloadEvent) => void,
): Promise<void> {
  const seen = new Map(all.map((one) => [one, one.seen]));
  const looked = new Map(all.map((one) => [one, performance.now()]));
  for (;;) {
    try {
      await sleep(interval, undefined, { signal });
    } catch {
      return;
    }
    for (const one of all) {
      const now = await signatureOf(one.files);
      const changed = now !== seen.get(one);
      const due = one.anyway !== undefined && performance.now() - (looked.get(one) ?? 0) > one.anyway;
      if (!changed && !due) continue;
      seen.set(one, now);
      looked.set(one, performance.now());
      try {
        await one.reload();
        if (changed) tell({ type: 'reloaded', what: one.what });
      } catch (error) {
        tell({ type: 'kept', what: one.what, error });
      }
    }
  }
}

/** Which versions of the files are there now. */
export async function signatureOf(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => {
      try {
        const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
        return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? 'unreadable';
      }
    }),
  );
  return parts.join('\n');
}
