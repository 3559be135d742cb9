import { readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import type { Check } from './check.ts';

/** Small files of /proc and /sys; undefined = not there or not for us. */
export type ReadText = (path: string) => string | undefined;

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Kernel release, BTF, cgroup2, and the limits that bound what can be watched. Reads, never tries. */
export function kernelChecks(read: ReadText = readText, kernel: string = release()): readonly Check[] {
  return [kernelCheck(kernel), btfCheck(), cgroupCheck(read), fanotifyCheck(read), perfCheck(read)];
}

function kernelCheck(kernel: string): Check {
  const [major = 0, minor = 0] = kernel.split('.').map(Number.parseFloat);
  const enough = major > 5 || (major === 5 && minor >= 10);
  const found = { name: 'kernel', detail: kernel, needed: true } as const;
  return enough ? { ...found, state: 'ok' } : { ...found, state: 'missing', remedy: 'Linux 5.10 or later.' };
}

function btfCheck(): Check {
  const file = '/sys/kernel/btf/vmlinux';
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size !== undefined) return { name: 'btf', state: 'ok', detail: `${file}, ${size} bytes`, needed: true };
  const remedy = 'A kernel built with CONFIG_DEBUG_INFO_BTF (all current distributions).';
  return { name: 'btf', state: 'missing', detail: `no ${file}`, needed: true, remedy };
}

function cgroupCheck(read: ReadText): Check {
  const mounts = read('/proc/self/mountinfo');
  if (mounts === undefined) {
    return {
      name: 'cgroup2',
      state: 'unknown',
      detail: 'no /proc/self/mountinfo',
      needed: true,
      remedy: 'Mount /proc.',
    };
  }
  // proc(5): the mount point is the fifth field, the type the first after the separator.
  const line = mounts.split('\n').find((mount) => mount.split(' - ')[1]?.startsWith('cgroup2 '));
  const place = line?.split(' ')[4];
  if (place !== undefined) return { name: 'cgroup2', state: 'ok', detail: place, needed: true };
  const remedy = 'mount -t cgroup2 none /sys/fs/cgroup/unified (it may stand beside cgroup v1).';
  return { name: 'cgroup2', state: 'missing', detail: 'not mounted', needed: true, remedy };
}

function fanotifyCheck(read: ReadText): Check {
  const limit = (name: string): string | undefined => read(`/proc/sys/fs/fanotify/${name}`)?.trim();
  const groups = limit('max_user_groups');
  if (groups === undefined) {
    const remedy = 'Linux 5.13 or later shows and sets them under /proc/sys/fs/fanotify.';
    return {
      name: 'fanotify-limits',
      state: 'unknown',
      detail: 'this kernel does not show them',
      needed: false,
      remedy,
    };
  }
  const detail = `${groups} groups, ${limit('max_user_marks') ?? '?'} marks, ${limit('max_queued_events') ?? '?'} queued events`;
  const found = { name: 'fanotify-limits', detail, needed: false } as const;
  // One group a container: beyond them containers share a queue, and one's flood can cost another its events.
  if (Number(groups) >= 128) return { ...found, state: 'ok' };
  return { ...found, state: 'partial', remedy: 'sysctl fs.fanotify.max_user_groups=128 or more: one a container.' };
}

function perfCheck(read: ReadText): Check {
  const level = read('/proc/sys/kernel/perf_event_paranoid')?.trim();
  if (level !== undefined) {
    const detail = `kernel.perf_event_paranoid is ${level}; a sensor with CAP_SYS_ADMIN or CAP_PERFMON is above it`;
    return { name: 'perf', state: 'ok', detail, needed: true };
  }
  const remedy = 'A kernel built with CONFIG_PERF_EVENTS.';
  return { name: 'perf', state: 'missing', detail: 'no /proc/sys/kernel/perf_event_paranoid', needed: true, remedy };
}
