import { readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ctr } from '../host/ctr.ts';

/** Empties a namespace of containerd and removes it. What is left of it on the host is told, never thrown. */
export async function removeNamespace(ctr: Ctr, namespace: string): Promise<void> {
  for (const id of await listed(ctr, ['containers', 'list', '-q'])) await removeContainer(ctr, id);
  const images = await listed(ctr, ['images', 'list', '-q']);
  if (images.length > 0) await ctr.try(['images', 'remove', '--sync', ...images]);
  // containerd lets a namespace go once its collector has been through it.
  for (let wait = 20; wait <= 2_000; wait *= 2) {
    const { status, output } = await ctr.try(['namespaces', 'remove', namespace]);
    if (status === 0 || /not found/.test(output)) break;
    await pause(wait);
  }
  for (const hierarchy of await hierarchies()) await rmdir(join(hierarchy, namespace)).catch(() => {});
}

/** Whatever it is doing. Quiet where it is gone. */
export async function removeContainer(ctr: Ctr, id: string): Promise<void> {
  await ctr.try(['tasks', 'delete', '--force', id]);
  await ctr.try(['containers', 'delete', id]);
}

async function listed(ctr: Ctr, args: readonly string[]): Promise<readonly string[]> {
  const { status, output } = await ctr.try(args);
  return status === 0 ? output.split('\n').filter((line) => line !== '') : [];
}

/** Where control groups are mounted: each keeps a directory of the namespace's name. */
async function hierarchies(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path !== '');
}
