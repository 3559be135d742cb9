import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HoldfastError } from '../../errors/index.ts';
import { fieldsOf, parseJson, textOf } from '../json.ts';
import type { Credentials } from './credentials.ts';

const longestOutput = 64 << 10;
const longestMillis = 20_000;
/** What Docker's helpers write where they have nothing for a server (docker-credential-helpers, credentials/error.go). */
const nothing = 'credentials not found';

/**
 * Asks `docker-credential-NAME get` for one server. Its output is in no message: it may hold the secret.
 * @throws HoldfastError `credential-helper-failed`
 */
export async function askHelper(
  name: string,
  server: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Credentials> {
  const place = `docker-credential-${name.slice(0, 100)}`;
  const fail = (message: string): HoldfastError => new HoldfastError('credential-helper-failed', message, { place });
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw fail('not a name of a helper');
  const { code, output } = await run(place, server, environment, signal, fail);
  const text = output.toString('utf8');
  if (code !== 0) {
    if (text.toLowerCase().includes(nothing)) return { kind: 'anonymous' };
    throw fail(`ended with exit code ${code}`);
  }
  try {
    const fields = fieldsOf(parseJson(output, place), place);
    const username = textOf(fields, 'Username', place);
    const secret = textOf(fields, 'Secret', place);
    if (username === '<token>') return { kind: 'identity', token: secret };
    return username === '' && secret === '' ? { kind: 'anonymous' } : { kind: 'password', username, password: secret };
  } catch {
    throw fail('did not write the credentials as Docker’s helpers do');
  }
}

async function run(
  program: string,
  server: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  fail: (message: string) => HoldfastError,
): Promise<{ readonly code: number; readonly output: Buffer }> {
  // A group of its own: what it starts ends with it.
  const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], env: environment, detached: true });
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(longestMillis)]);
  const parts: Buffer[] = [];
  let length = 0;
  const end = (): void => {
    child.stdout.destroy();
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  child.stdout.on('data', (part: Buffer) => {
    length += part.length;
    if (length > longestOutput) end();
    else parts.push(part);
  });
  // A helper that reads nothing is no error of its own.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${server}\n`);
  bounded.addEventListener('abort', end, { once: true });
  if (bounded.aborted) end();
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    if (bounded.aborted) throw fail('did not end in time');
    if (length > longestOutput) throw fail(`wrote more than ${longestOutput} bytes`);
    if (code === null) throw fail('was ended by a signal');
    return { code, output: Buffer.concat(parts) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw fail('is not on the PATH');
    throw error instanceof HoldfastError || signal.aborted ? error : fail(message);
  } finally {
    bounded.removeEventListener('abort', end);
  }
}
