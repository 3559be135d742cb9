/** An OCI runtime specification has room for so much; kubelets write some 20 KB. */
const mostBytes = 1 << 20;

/** The host's file that stands as /etc/resolv.conf in a container, by its runtime specification; undefined: none is mounted. */
export function resolvConfOf(spec: Uint8Array | undefined): string | undefined {
  if (spec === undefined || spec.length === 0 || spec.length > mostBytes) return undefined;
  let mounts: unknown;
  try {
    mounts = (JSON.parse(Buffer.from(spec).toString('utf8')) as { mounts?: unknown } | null)?.mounts;
  } catch {
    return undefined;
  }
  if (!Array.isArray(mounts)) return undefined;
  // The last one lies on top.
  const found = mounts.findLast((one: { destination?: unknown } | null) => one?.destination === '/etc/resolv.conf') as
    | { readonly source?: unknown }
    | undefined;
  return typeof found?.source === 'string' && found.source.startsWith('/') ? found.source : undefined;
}
