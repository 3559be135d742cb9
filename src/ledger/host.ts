import { readFileSync } from 'node:fs';
import { HoldfastError } from '../errors/index.ts';
import type { Host } from './model.ts';

export interface HostFiles {
  readonly machineId: readonly string[];
  readonly bootId: string;
}

const linuxFiles: HostFiles = {
  machineId: ['/etc/machine-id', '/var/lib/dbus/machine-id'],
  bootId: '/proc/sys/kernel/random/boot_id',
};

/**
 * Which host this is: machine-id(5) and the boot's random id. Containers and freshly made images have no
 * machine-id, an empty one, or `uninitialized`: then `fallback` (32 hex digits, kept in the store) stands in,
 * and `machineFrom` says so.
 *
 * @throws HoldfastError `ledger-io` when the kernel gives no boot id (no /proc)
 */
export function readHost(fallback: string, files: HostFiles = linuxFiles): Host {
  const boot = firstLine(files.bootId);
  if (boot === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(boot)) {
    throw new HoldfastError('ledger-io', 'no boot id: is /proc mounted?', { place: files.bootId });
  }
  const found = files.machineId.map(firstLine).find(isMachineId);
  const machine = found ?? fallback;
  return { id: `${machine}:${boot}`, machine, boot, machineFrom: found === undefined ? 'store' : 'machine-id' };
}

function isMachineId(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) && !/^0+$/.test(text);
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]?.trim();
  } catch {
    return undefined;
  }
}
