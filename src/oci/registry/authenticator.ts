import { HoldfastError } from '../../errors/index.ts';
import { type Answer, placeOf } from './answer.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { basicHeader, type Credentials } from './credentials.ts';
import type { RegistryLimits } from './limits.ts';
import { maySendSecret } from './origin.ts';
import { fetchToken, type Token } from './tokens.ts';
import type { Authorization, Wire } from './wire.ts';

/** Proves to one registry who asks, as it wants it proven. Secrets stay in here. */
export interface Authenticator {
  /** What is known to be wanted, without asking anyone. */
  known(scopes: readonly string[]): Authorization | undefined;
  /**
   * Answers a 401 of the registry itself to a request that had `used`. undefined = there is nothing more to offer.
   * @throws HoldfastError `registry-malformed`, `registry-unauthorized`, `registry-unreachable`, `docker-config-malformed`,
   * `credential-helper-failed`
   */
  answer(
    refused: Answer,
    used: Authorization | undefined,
    scopes: readonly string[],
    signal: AbortSignal,
  ): Promise<Authorization | undefined>;
}

export interface AuthenticatorOptions {
  readonly registry: URL;
  readonly plainHttp: boolean;
  readonly credentials: (signal: AbortSignal) => Promise<Credentials>;
  readonly wire: Wire;
  readonly limits: RegistryLimits;
}

const mostTokens = 256;

export function openAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { registry, plainHttp, wire, limits } = options;
  const tokens = new Map<string, Token>();
  const running = new Map<string, Promise<Token>>();
  let basic: Authorization | undefined;
  const sent = (header: string): Authorization => ({ header, origin: registry.origin });

  async function token(challenge: Challenge, scopes: readonly string[], signal: AbortSignal): Promise<Authorization> {
    const credentials = await options.credentials(signal);
    if (credentials.kind === 'bearer') return sent(`Bearer ${credentials.token}`);
    const key = scopes.join(' ');
    const extra = (challenge.parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    const all = [...new Set([...scopes, ...extra.slice(0, 8)])];
    // Many requests meet the same 401 at once; one of them fetches. If that one is called off, each fetches for itself.
    const shared = await running.get(key)?.catch(() => undefined);
    signal.throwIfAborted();
    if (shared !== undefined) return sent(`Bearer ${shared.token}`);
    const fetching = fetchToken(wire, limits, { challenge, scopes: all, credentials, registry, plainHttp, signal });
    running.set(key, fetching);
    try {
      const got = await fetching;
      if (tokens.size >= mostTokens) tokens.clear();
      tokens.set(key, got);
      return sent(`Bearer ${got.token}`);
    } finally {
      if (running.get(key) === fetching) running.delete(key);
    }
  }

  function known(scopes: readonly string[]): Authorization | undefined {
    const held = tokens.get(scopes.join(' '));
    return held !== undefined && held.until > Date.now() ? sent(`Bearer ${held.token}`) : basic;
  }

  return {
    known,
    async answer(refused, used, scopes, signal) {
      const place = placeOf(refused.url);
      // Another request was asked the same meanwhile and has the answer.
      const held = known(scopes);
      if (held !== undefined && held.header !== used?.header) return held;
      tokens.delete(scopes.join(' '));
      const header = [refused.headers['www-authenticate'] ?? []].flat().join(', ');
      const challenges = parseChallenges(header);
      if (challenges === undefined)
        throw new HoldfastError('registry-malformed', 'a broken WWW-Authenticate', { place });
      const bearer = challenges.find((challenge) => challenge.scheme === 'bearer');
      if (bearer !== undefined) return await token(bearer, scopes, signal);
      if (!challenges.some((challenge) => challenge.scheme === 'basic') || basic !== undefined) return undefined;
      const credentials = await options.credentials(signal);
      if (credentials.kind !== 'password') return undefined;
      if (!maySendSecret(registry, registry, plainHttp)) return undefined;
      basic = sent(basicHeader(credentials));
      return basic;
    },
  };
}
