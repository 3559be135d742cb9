import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number of 32 or 128 bits. */
export interface Address {
  readonly width: 32 | 128;
  readonly bits: bigint;
}

/** Undefined: not an address, or one with a zone. An IPv4 address in IPv6 clothes (`::ffff:1.2.3.4`) is the IPv4 address. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { width: 32, bits: quad(text) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const bits = sixteen(text);
  return bits >> 32n === 0xffffn ? { width: 32, bits: bits & 0xffff_ffffn } : { width: 128, bits };
}

function quad(text: string): bigint {
  return BigInt(text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0));
}

function sixteen(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const low = dotted === null ? 0n : quad(dotted[2] ?? '');
  const plain = dotted === null ? text : `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...middle, ...back].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** Dotted, or RFC 5952. */
export function formatAddress({ width, bits }: Address): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16));
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let to = at;
    while (to < 8 && groups[to] === '0') to++;
    if (to - at > length) [start, length] = [at, to - at];
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** Addresses that share their first `length` bits. */
export interface Cidr extends Address {
  readonly length: number;
}

/** Undefined: not a CIDR, or bits are set behind its length, or it is not written in the one way. */
export function parseCidr(text: string): Cidr | undefined {
  const [base = '', digits = '', more] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || more !== undefined || !/^\d{1,3}$/.test(digits)) return undefined;
  const cidr = { ...address, length: Number(digits) };
  if (cidr.length > cidr.width || networkOf(address, cidr.length) !== address.bits) return undefined;
  return formatCidr(cidr) === text ? cidr : undefined;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${cidr.length}`;
}

/** The first `length` bits of an address, the others zero. */
export function networkOf({ width, bits }: Address, length: number): bigint {
  const rest = BigInt(width - length);
  return (bits >> rest) << rest;
}

/** Bits that all of these addresses begin with. */
export function sharedLength(addresses: readonly Address[]): number {
  const [first] = addresses;
  if (first === undefined) return 0;
  const differing = addresses.reduce((sum, one) => sum | (one.bits ^ first.bits), 0n);
  return first.width - (differing === 0n ? 0 : differing.toString(2).length);
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']
  .map(parseCidr)
  .filter((one) => one !== undefined);

/** RFC 1918, RFC 6598 (carrier NAT, which clusters use for pods), RFC 4193. */
export function isPrivate(address: Address): boolean {
  return privateRanges.some((one) => one.width === address.width && networkOf(address, one.length) === one.bits);
}
