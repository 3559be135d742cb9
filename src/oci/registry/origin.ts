import { isIP } from 'node:net';
import { dockerHub } from './name.ts';

/** Hosts that reach no network: 127.0.0.0/8, ::1, localhost. `host` may have a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Where a host of a reference is spoken to, in the order to try. */
export function originsOf(host: string, plainHttp: boolean): readonly [string, ...string[]] {
  if (host === dockerHub) return ['https://registry-1.docker.io'];
  if (plainHttp) return [`http://${host}`];
  return isLoopback(host) ? [`https://${host}`, `http://${host}`] : [`https://${host}`];
}

/**
 * Whether a secret for a registry may go to this address: over TLS, within the host, or in the clear where the caller asked
 * for that and the registry itself is spoken to so.
 */
export function maySendSecret(to: URL, registry: URL, plainHttp: boolean): boolean {
  if (to.username !== '' || to.password !== '') return false;
  if (to.protocol === 'https:') return true;
  return to.protocol === 'http:' && registry.protocol === 'http:' && (isLoopback(to.host) || plainHttp);
}
