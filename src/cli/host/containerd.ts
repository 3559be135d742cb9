import { once } from 'node:events';
import { connect } from 'node:net';
import type { Check } from './check.ts';

const patience = 2000;

/**
 * Whether something listens on containerd's socket.
 * @param asked named on the command line: then it is needed, else only looked for in the usual place
 */
export async function containerdCheck(path: string, asked: boolean): Promise<Check> {
  const socket = connect({ path });
  const remedy = 'Start containerd, or name its socket with --containerd; root or its group may connect.';
  const found = { name: 'containerd', needed: asked } as const;
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) });
    return { ...found, state: 'ok', detail: path };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { ...found, state: 'missing', detail: `${path}: ${code ?? 'no answer'}`, remedy };
  } finally {
    socket.destroy();
  }
}
