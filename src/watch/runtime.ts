import type { ExecEvent } from '../sensor/index.ts';

const runtimes = /^(runc|crun|youki|containerd-shim[\w-]*)$/;

/**
 * An OCI runtime that prepares or enters a container execs itself inside the container's cgroup, while it is still in
 * the host's mount namespace (`runc init`: /proc/self/exe, then a sealed memfd copy of itself). That is neither the
 * container's doing nor part of its Runtime BOM. It is told by three things together: it is in the host's namespace, it
 * is the runtime's binary or its sealed copy, and its parent is outside the container: a process of the container can't
 * arrange for the last.
 */
export function isRuntime(event: ExecEvent): boolean {
  if (!event.flags.hostMountNamespace || event.ancestors.length > 1) return false;
  if (event.file.place === 'memfd') return /^\/?(memfd:)?runc_cloned/.test(event.path);
  return runtimes.test(event.path.slice(event.path.lastIndexOf('/') + 1));
}

/**
 * A runtime looks up the user and its groups in the container's own files before it starts the first program. Opens are told
 * in their order, but late, and then under the name of that program.
 */
export function isUserLookup(path: string): boolean {
  return path === '/etc/passwd' || path === '/etc/group';
}
