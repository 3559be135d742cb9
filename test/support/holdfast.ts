import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const program = join(import.meta.dirname, '../../bin/holdfast');

/** The command as people run it, at home in a scratch directory; its stdout. @throws when it ends with anything but 0 */
export function holdfastIn(scratch: string): (...args: readonly string[]) => Promise<string> {
  const env = { ...process.env, HOME: scratch, DOCKER_CONFIG: scratch, HOLDFAST_KEY_PASSWORD: 'secret' };
  return async (...args) => (await promisify(execFile)(program, args, { cwd: scratch, env })).stdout;
}
