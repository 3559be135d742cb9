import { getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { HoldfastError } from '../../errors/index.ts';
import { directAgent } from './http-client.ts';
import type { RegistryLimits } from './limits.ts';
import { isLoopback } from './origin.ts';

export interface DispatcherOptions {
  /** PEM: certificates to trust beside Node's own. */
  readonly ca?: string;
  /** PEM: shown to the registry itself, to no other host. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Where proxies, DOCKER_CONFIG and PATH are looked up. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Dispatchers {
  to(url: URL): Promise<Dispatcher>;
  /** Once what was asked is answered. */
  close(): Promise<void>;
  /** At once. */
  destroy(): Promise<void>;
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
  const made = new Map<string, Promise<Dispatcher>>();
  const make = async (protocol: string, own: boolean, direct: boolean): Promise<Dispatcher> => {
    const tls = own ? { ...trust, ...identity } : trust;
    const settings = {
      connect: { ...tls, timeout: limits.connectMillis },
      headersTimeout: limits.headersMillis,
      bodyTimeout: limits.idleMillis,
      allowH2: false,
      connections: 16,
    };
    const proxies = proxiesOf(protocol, options.environment ?? process.env);
    if (direct || proxies.httpProxy + proxies.httpsProxy === '') return directAgent(settings);
    const { EnvHttpProxyAgent } = await import('undici');
    try {
      const requestTls = { ...tls, timeout: limits.connectMillis };
      return new EnvHttpProxyAgent({ ...settings, requestTls, ...proxies });
    } catch {
      // Its message would show the address, and with it the proxy's password.
      throw new HoldfastError('registry-unreachable', 'HTTP_PROXY or HTTPS_PROXY is not an address');
    }
  };
  return {
    to(url) {
      const own = registryHosts.includes(url.host);
      const direct = isLoopback(url.host);
      const key = `${url.protocol} ${own} ${direct}`;
      const dispatcher = made.get(key) ?? make(url.protocol, own, direct);
      made.set(key, dispatcher);
      return dispatcher;
    },
    async close() {
      await Promise.allSettled([...made.values()].map(async (dispatcher) => (await dispatcher).close()));
    },
    async destroy() {
      // One that could not be made was told to who asked for it.
      await Promise.allSettled([...made.values()].map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
}

/** The lower-case names come first, and each is for its own protocol, as with curl and Go. Empty is as good as absent. */
function proxiesOf(protocol: string, environment: NodeJS.ProcessEnv) {
  const either = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const proxy = protocol === 'https:' ? { httpsProxy: either('HTTPS_PROXY') } : { httpProxy: either('HTTP_PROXY') };
  return { httpProxy: '', httpsProxy: '', ...proxy, noProxy: either('NO_PROXY') };
}
