import { HoldfastError } from '../../errors/index.ts';
import { type Answer, asUnreachable, discard } from './answer.ts';
import { type Authenticator, openAuthenticator } from './authenticator.ts';
import type { Credentials } from './credentials.ts';
import { type DispatcherOptions, openDispatchers } from './dispatchers.ts';
import { credentialsFor } from './docker-config.ts';
import { type RegistryLimits, registryLimits } from './limits.ts';
import { isHost } from './name.ts';
import { originsOf } from './origin.ts';
import { isNoTls, openWire, type Request } from './wire.ts';

/** How registries are reached. Everything else comes from the environment: Docker's configuration and proxies. */
export interface RegistryOptions extends DispatcherOptions {
  /** Speak plain HTTP. Without it only a loopback host is asked so, and only where it does not speak TLS. */
  readonly plainHttp?: boolean;
  /** Instead of what Docker's configuration says. */
  readonly credentials?: Credentials;
  readonly registryLimits?: Partial<RegistryLimits>;
}

export interface RegistryRequest extends Omit<Request, 'url'> {
  /** A path on the registry, or an address that it gave. */
  readonly target: string | URL;
  /** What a token must allow: `repository:NAME:pull` … (distribution, spec/auth/scope.md). */
  readonly scopes: readonly string[];
}

/** One registry host: its origin, its connections and what it knows of us. */
export interface Connection extends AsyncDisposable {
  readonly host: string;
  readonly limits: RegistryLimits;
  /** As `Wire.ask`, authenticated. A 401 that stays comes back as the answer. */
  ask(request: RegistryRequest): Promise<Answer>;
  /** Ends it once what was asked is answered. Disposing of it ends it at once. */
  close(): Promise<void>;
}

interface Opened {
  readonly origin: URL;
  readonly authenticator: Authenticator;
}

/** @throws HoldfastError `source-malformed` */
export function openConnection(host: string, options: RegistryOptions): Connection {
  if (!isHost(host)) throw new HoldfastError('source-malformed', `not a host: ${JSON.stringify(host.slice(0, 100))}`);
  const limits = { ...registryLimits, ...options.registryLimits };
  const plainHttp = options.plainHttp === true;
  const origins = originsOf(host, plainHttp);
  const registryHosts = origins.map((origin) => new URL(origin).host);
  const dispatchers = openDispatchers(registryHosts, options, limits);
  const wire = openWire(dispatchers, limits);
  let credentials: Promise<Credentials> | undefined;
  const open = (origin: string): Opened => {
    const registry = new URL(origin);
    const authenticator = openAuthenticator({
      registry,
      plainHttp,
      wire,
      limits,
      credentials: (signal) => {
        credentials ??= (
          options.credentials === undefined
            ? credentialsFor(host, options.environment ?? process.env, signal)
            : Promise.resolve(options.credentials)
        ).catch((error: unknown) => {
          credentials = undefined;
          throw error;
        });
        return credentials;
      },
    });
    return { origin: registry, authenticator };
  };
  const candidates = origins.map(open);

  async function authenticated({ origin, authenticator }: Opened, asked: RegistryRequest): Promise<Answer> {
    const url = new URL(asked.target, origin);
    const request = { ...asked, url };
    const used = authenticator.known(asked.scopes);
    const first = await wire.ask(request, used);
    // Whoever a redirect led to is asked nothing about who we are.
    if (first.status !== 401 || first.url.origin !== origin.origin) return first;
    const authorization = await authenticator
      .answer(first, used, asked.scopes, asked.signal)
      .catch((error: unknown) => {
        discard(first);
        throw error;
      });
    if (authorization === undefined) return first;
    discard(first);
    return await wire.ask(request, authorization);
  }

  return {
    host,
    limits,
    async ask(asked) {
      for (;;) {
        const [opened] = candidates;
        if (opened === undefined) throw new TypeError('no origin');
        try {
          return await authenticated(opened, asked);
        } catch (error) {
          // Loopback without TLS: from now on it is spoken to in the clear.
          if (!isNoTls(error)) throw error;
          // Another request found it out meanwhile.
          if (candidates[0] !== opened) continue;
          if (candidates.length === 1) throw asUnreachable(error, opened.origin.origin, asked.signal);
          // Loopback without TLS: from now on it is spoken to in the clear.
          candidates.shift();
        }
      }
    },
    close: () => dispatchers.close(),
    [Symbol.asyncDispose]: () => dispatchers.destroy(),
  };
}
