import { HoldfastError } from '../../errors/index.ts';

/** Where an identity token may come from, in the order in which they are asked. */
export interface TokenSources {
  /** Given by hand. */
  readonly token?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What Fulcio wants to be the token's audience. */
  readonly audience?: string;
}

const defaultAudience = 'sigstore';
const mostBytes = 64 << 10;

function missing(message: string): HoldfastError {
  return new HoldfastError('token-missing', message, { place: 'identity token' });
}

/** Three parts of base64url and no more is asked: whether it is true is for Fulcio. The token itself is never in a message. */
function checked(token: string, from: string): string {
  const trimmed = token.trim();
  if (trimmed.length > mostBytes || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(trimmed))
    throw missing(`${from} is no token (JWT)`);
  return trimmed;
}

/** GitHub Actions, "OpenID Connect reference": a request token buys an identity token for an audience. */
async function fromGitHub(address: string, bearer: string, audience: string, signal: AbortSignal): Promise<string> {
  const from = "GitHub's token endpoint";
  try {
    const url = new URL(address);
    url.searchParams.set('audience', audience);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
    });
    if (!response.ok) throw missing(`${from} answered ${response.status}`);
    const text = await response.text();
    if (text.length > mostBytes) throw missing(`${from} said too much`);
    const { value } = JSON.parse(text) as { readonly value?: unknown };
    if (typeof value !== 'string') throw missing(`${from} gave no token`);
    return checked(value, from);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    signal.throwIfAborted();
    throw new HoldfastError('token-missing', `${from}: ${(cause as Error).message}`, { place: 'identity token' });
  }
}

/**
 * The token of whoever runs this: one given by hand, `SIGSTORE_ID_TOKEN` (what GitLab's `id_tokens` is told to set),
 * GitHub Actions' endpoint, or GitLab's older `CI_JOB_JWT_V2`.
 * @throws HoldfastError `token-missing`
 */
export async function identityToken(sources: TokenSources, signal: AbortSignal): Promise<string> {
  const { token, environment, audience = defaultAudience } = sources;
  if (token !== undefined) return checked(token, 'what was given');
  const ambient = environment['SIGSTORE_ID_TOKEN'];
  if (ambient !== undefined && ambient !== '') return checked(ambient, 'SIGSTORE_ID_TOKEN');
  const address = environment['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (address !== undefined && bearer !== undefined) return fromGitHub(address, bearer, audience, signal);
  const gitlab = environment['CI_JOB_JWT_V2'];
  if (gitlab !== undefined && gitlab !== '') return checked(gitlab, 'CI_JOB_JWT_V2');
  throw missing('none was given, and neither SIGSTORE_ID_TOKEN nor GitHub or GitLab offers one');
}
