import { readdirSync, readFileSync } from 'node:fs';

const ticks = 100; // USER_HZ, the same on every Linux this runs on

/** CPU seconds (user and system) a process has used, its threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

export function rssKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? Number.NaN);
}

export function peakRssKib(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? Number.NaN);
}

/** Bytes that a process has had written to a disk, as far as the kernel counts them (proc(5), io: write_bytes). */
export function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1] ?? Number.NaN);
}

/** The child of `parent` that runs this program. */
export function childNamed(parent: number, name: string): number | undefined {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [head, rest] = readFileSync(`/proc/${entry}/stat`, 'latin1').split(') ');
      // The kernel keeps 15 characters of a program's name.
      if (head?.endsWith(`(${name.slice(0, 15)}`) === true && rest?.split(' ')[1] === String(parent))
        return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}
