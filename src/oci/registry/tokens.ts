import { HoldfastError } from '../../errors/index.ts';
import { optionalTextOf, parseJsonObject } from '../json.ts';
import { placeOf, readAnswer, refusal } from './answer.ts';
import type { Challenge } from './challenge.ts';
import { basicHeader, type Credentials, isToken } from './credentials.ts';
import type { RegistryLimits } from './limits.ts';
import { maySendSecret } from './origin.ts';
import type { Wire } from './wire.ts';

export interface Token {
  readonly token: string;
  /** Milliseconds since 1970 after which it is not used. */
  readonly until: number;
}

export interface TokenRequest {
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credentials: Credentials;
  /** The origin that sent the challenge. */
  readonly registry: URL;
  readonly plainHttp: boolean;
  readonly signal: AbortSignal;
}

/** What the token is for unless the server says otherwise (distribution, spec/auth/token.md). Seconds. */
const usualLife = 60;
const longestLife = 86_400;

/**
 * Fetches a bearer token from the realm a registry names (distribution, spec/auth/token.md and oauth.md).
 * @throws HoldfastError `registry-malformed`, `registry-unauthorized`, `registry-unreachable`, `registry-throttled`
 */
export async function fetchToken(wire: Wire, limits: RegistryLimits, asked: TokenRequest): Promise<Token> {
  const realm = realmOf(asked);
  const { credentials, signal } = asked;
  const service = asked.challenge.parameters.get('service');
  const fields = new URLSearchParams(service === undefined ? {} : { service });
  let answer: Awaited<ReturnType<Wire['ask']>>;
  if (credentials.kind === 'identity') {
    fields.set('grant_type', 'refresh_token');
    fields.set('client_id', 'holdfast');
    fields.set('refresh_token', credentials.token);
    fields.set('scope', asked.scopes.join(' '));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = Buffer.from(fields.toString());
    answer = await wire.ask({ method: 'POST', url: realm, headers, body, repeatable: true, signal }, undefined);
  } else {
    for (const scope of asked.scopes) fields.append('scope', scope);
    for (const [name, value] of fields) realm.searchParams.append(name, value);
    const secret =
      credentials.kind === 'password' ? { header: basicHeader(credentials), origin: realm.origin } : undefined;
    answer = await wire.ask({ method: 'GET', url: realm, repeatable: true, signal }, secret);
  }
  if (answer.status !== 200) throw refusedToken(await refusal(answer, limits, signal));
  const place = placeOf(realm);
  const bytes = await readAnswer(answer, limits.tokenBytes, limits, signal);
  return tokenIn(bytes, place);
}

function realmOf({ challenge, registry, plainHttp, credentials }: TokenRequest): URL {
  const text = challenge.parameters.get('realm') ?? '';
  const place = placeOf(registry);
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  if (realm === undefined || !/^https?:$/.test(realm.protocol)) {
    throw new HoldfastError('registry-malformed', 'its realm is no web address', { place });
  }
  // Also without a secret: a token from the clear is anybody's to give.
  if (!maySendSecret(realm, registry, plainHttp)) {
    const what = credentials.kind === 'anonymous' ? 'a token is not fetched' : 'credentials are not sent';
    throw new HoldfastError('registry-malformed', `${what} from a realm without TLS, ${placeOf(realm)}`, { place });
  }
  return realm;
}

/** Whatever the token server answers, it comes to: not with these credentials. */
function refusedToken(error: HoldfastError): HoldfastError {
  if (error.code === 'registry-unreachable' || error.code === 'registry-throttled') return error;
  const { place = '' } = error;
  return new HoldfastError('registry-unauthorized', `no token: ${error.message}`, { place });
}

function tokenIn(bytes: Uint8Array, place: string): Token {
  let token: string | undefined;
  let life: unknown;
  try {
    const fields = parseJsonObject(bytes, place);
    token = optionalTextOf(fields, 'token', place) ?? optionalTextOf(fields, 'access_token', place);
    life = fields['expires_in'];
  } catch {
    // A parser's message would quote what may be a token.
    throw new HoldfastError('registry-malformed', 'the token server does not answer with a JSON object', { place });
  }
  if (token === undefined || !isToken(token)) {
    throw new HoldfastError('registry-malformed', 'the token server sent no token', { place });
  }
  const seconds = typeof life === 'number' && life > 0 ? Math.min(life, longestLife) : usualLife;
  // A tenth is left for the way and for clocks.
  return { token, until: Date.now() + seconds * 900 };
}
