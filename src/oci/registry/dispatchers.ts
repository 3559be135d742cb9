import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { HoldfastError } from '../../errors/index.ts';
import type { RegistryLimits } from './limits.ts';
import { isLoopback } from './origin.ts';

export interface DispatcherOptions {
  /** PEM: certificates to trust beside Node's own. */
  readonly ca?: string;
  /** PEM: shown to the registry itself, to no other host. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

export interface Dispatchers {
  to(url: URL): Dispatcher;
  close(): Promise<void>;
}

/** Proxies are those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY; a loopback host is never asked through one. */
export function openDispatchers(
  registryHosts: readonly string[],
  options: DispatcherOptions,
  limits: RegistryLimits,
): Dispatchers {
  const trust = options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] };
  const identity =
    options.clientCertificate === undefined
      ? {}
      : { cert: options.clientCertificate.certificate, key: options.clientCertificate.key };
  const made = new Map<string, Dispatcher>();
  const make = (own: boolean, direct: boolean): Dispatcher => {
    const tls = own ? { ...trust, ...identity } : trust;
    const settings = {
      connect: { ...tls, timeout: limits.connectMillis },
      headersTimeout: limits.headersMillis,
      bodyTimeout: limits.idleMillis,
      allowH2: false,
      connections: 16,
    };
    if (direct) return new Agent(settings);
    try {
      return new EnvHttpProxyAgent({ ...settings, requestTls: { ...tls, timeout: limits.connectMillis } });
    } catch (cause) {
      // The message would show the address, and with it the proxy's password.
      throw new HoldfastError('registry-unreachable', 'HTTP_PROXY or HTTPS_PROXY is not an address', { cause });
    }
  };
  return {
    to(url) {
      const own = registryHosts.includes(url.host);
      const direct = isLoopback(url.host);
      const key = `${own} ${direct}`;
      const dispatcher = made.get(key) ?? make(own, direct);
      made.set(key, dispatcher);
      return dispatcher;
    },
    async close() {
      await Promise.all([...made.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}
