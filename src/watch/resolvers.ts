import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isIP } from 'node:net';

/** resolv.conf(5) is short; glibc takes three servers, kubelets write as many. */
const mostBytes = 16 << 10;
const mostServers = 8;

/** Addresses that a container asks for names; undefined: it could not be told. */
export type Resolvers = ReadonlySet<string> | undefined;

/**
 * As its /etc/resolv.conf names them. It is read once, when the container begins: what it writes in there later is its own
 * doing. `path` is the file that the runtime mounts there, or the container's own by way of /proc.
 */
export function readResolvers(path: string): Resolvers {
  let file: number;
  try {
    // The container's own file may be anything: a pipe must not hold anybody up, a link must not lead elsewhere.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    // resolv.conf(5): without the file, the server on this machine is asked.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? resolversIn('') : undefined;
  }
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const bytes = Buffer.alloc(mostBytes);
    return resolversIn(bytes.subarray(0, readSync(file, bytes)).toString('utf8'));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** The text of a resolv.conf(5). */
export function resolversIn(text: string): ReadonlySet<string> {
  const named = text
    .split('\n')
    .map((line) => /^nameserver[ \t]+([^ \t#;]+)/.exec(line)?.[1])
    .flatMap((address) => (address === undefined ? [] : plainAddress(address)));
  return new Set(named.length === 0 ? ['127.0.0.1', '::1'] : named.slice(0, mostServers));
}

/** In the form that the sensor's addresses have: RFC 5952, without a zone. */
function plainAddress(text: string): readonly string[] {
  const address = text.replace(/%.*$/, '');
  if (isIP(address) === 4) return [address];
  return isIP(address) === 6 ? [new URL(`http://[${address}]`).hostname.slice(1, -1)] : [];
}
