/** What proves to a registry who asks. */
export type Credentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, which a token server changes into tokens. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A token as the registry takes it. */
  | { readonly kind: 'bearer'; readonly token: string };

export function basicHeader(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`;
}

/** What may stand in an Authorization header behind `Bearer` (RFC 6750, 2.1, and what registries put there). */
export function isToken(text: string): boolean {
  return text !== '' && /^[\x21-\x7e]+$/.test(text);
}
