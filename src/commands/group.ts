import type { ChildProcess } from 'node:child_process';

/**
 * Ends a command that was started `detached`, and all that it started: a shell's children would keep its output open. Quiet
 * where nothing of it is left.
 */
export function endGroup({ pid }: Pick<ChildProcess, 'pid'>): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
