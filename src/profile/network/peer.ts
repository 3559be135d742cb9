import { type Cidr, parseCidr } from './address.ts';

/** What a profile may name as the other end of a connection. */
export type Peer =
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'resolver' };

export const resolver = '@resolver';

/** Undefined: none of them, or not written in the one way (lower case, no dot at the end). */
export function parsePeer(text: string): Peer | undefined {
  if (text === resolver) return { kind: 'resolver' };
  const cidr = parseCidr(text);
  if (cidr !== undefined) return { kind: 'cidr', cidr };
  return isName(text) ? { kind: 'name', name: text } : undefined;
}

/** A DNS name in lower case that can't be mistaken for an address. */
export function isName(text: string): boolean {
  if (text.length > 253 || /^[\d.]+$/.test(text)) return false;
  return text.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

/** A name as it is compared; undefined = not a name. */
export function normalName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  return isName(name) ? name : undefined;
}

/** Ports a kernel chooses (ip_local_port_range). */
export function isEphemeral(port: number): boolean {
  return port >= 32_768 && port <= 60_999;
}
