import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';
import { runCommand } from './command.ts';

/** A network of one container: loopback, and an address of its own on it, so that peers can stand in it too. */
export interface Network extends AsyncDisposable {
  /** A file for `nsenter --net=`, and for the container's specification. */
  readonly path: string;
  readonly address: string;
}

/** @throws HoldfastError `exercise-network` where this host makes none, `exercise-tool-missing` */
export async function makeNetwork(signal: AbortSignal): Promise<Network> {
  const drawn = randomBytes(5);
  const name = `hf-${drawn.toString('hex')}`;
  // As a pod has one: private, and another one each time.
  const address = `10.${drawn[0] ?? 0}.${drawn[1] ?? 0}.${1 + ((drawn[2] ?? 0) % 254)}`;
  const remove = async (): Promise<void> => {
    await runCommand('ip', ['netns', 'delete', name], { signal: new AbortController().signal, timeout: 10_000 });
  };
  await ip(['netns', 'add', name], signal);
  try {
    await ip(['-n', name, 'link', 'set', 'lo', 'up'], signal);
    await ip(['-n', name, 'address', 'add', `${address}/32`, 'dev', 'lo'], signal);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: `/run/netns/${name}`, address, [Symbol.asyncDispose]: remove };
}

async function ip(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { status, output } = await runCommand('ip', args, { signal, timeout: 10_000 });
  if (status !== 0) throw new HoldfastError('exercise-network', output.slice(-500), { place: `ip ${args.join(' ')}` });
}

/**
 * TCP ports on which something listens in the network of a process; undefined = the process is gone. Nothing is connected
 * to: that would be one more thing that the container does.
 */
export async function listeningPorts(pid: number): Promise<ReadonlySet<number> | undefined> {
  try {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(orNone)),
    );
    return new Set(tables.flatMap(listening));
  } catch {
    return undefined;
  }
}

/** A kernel without IPv6 has no table of it; a process that is gone has neither. */
function orNone(error: unknown): string {
  if ((error as Error).message.includes('tcp6')) return '';
  throw error;
}

function listening(table: string): readonly number[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === '0A')
    .map(([, local]) => Number.parseInt(local?.split(':').at(-1) ?? '', 16))
    .filter((port) => Number.isInteger(port));
}
