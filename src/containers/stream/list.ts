import type { Connection } from '../api/connection.ts';
import { livingStatuses } from '../api/messages.ts';
import { listNamespaces, listTasks, streamContainers } from '../api/methods.ts';
import { malformed } from '../api/wire.ts';
import { keyOf, type Listed } from './compare.ts';

/** More containers than any host runs. */
const maxContainers = 50_000;

/**
 * Every container of every namespace with its task. `timeout`: of each call, in milliseconds.
 * @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`
 */
export async function listAll(
  connection: Connection,
  signal: AbortSignal,
  timeout: number,
): Promise<Map<string, Listed>> {
  const { namespaces } = await connection.call(listNamespaces, {}, { signal, timeout });
  const all = new Map<string, Listed>();
  for (const { name: namespace } of namespaces) {
    const options = { namespace, signal, timeout };
    const { tasks } = await connection.call(listTasks, {}, options);
    const living = tasks.filter((task) => livingStatuses.includes(task.status) && task.pid > 0);
    // 1.x says the container in `id`, and later ones in `container_id` too.
    const pids = new Map(living.map((task) => [task.containerId === '' ? task.id : task.containerId, task.pid]));
    for await (const { container } of connection.stream(streamContainers, {}, options)) {
      if (container === undefined || container.id === '') throw malformed('a container without an id');
      if (all.size >= maxContainers) throw malformed(`more than ${maxContainers} containers`);
      all.set(keyOf({ namespace, id: container.id }), { namespace, record: container, pid: pids.get(container.id) });
    }
  }
  return all;
}
