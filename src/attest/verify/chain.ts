import type { TrustedAuthority } from '../format/trusted-root.ts';
import { type Certificate, purposesOf, readCertificate, validAt } from './x509.ts';

const anyPurpose = '2.5.29.37.0';
const parsedChains = new WeakMap<TrustedAuthority, readonly Certificate[]>();

/** The authority's certificates, each read once. @throws HoldfastError `trusted-root-malformed` */
export function chainOf(authority: TrustedAuthority): readonly Certificate[] {
  const known = parsedChains.get(authority);
  if (known !== undefined) return known;
  const read = authority.chain.map((certificate, index) =>
    readCertificate(certificate.raw, 'trusted-root-malformed', `certificate ${index} of an authority`),
  );
  parsedChains.set(authority, read);
  return read;
}

/** Whether `issuer` may issue for `purpose` with `below` certificate authorities between it and the leaf, and issued this one. */
function issued(certificate: Certificate, issuer: Certificate, below: number, purpose: string): boolean {
  const constraints = issuer.parsed.extBasicConstraints;
  if (!issuer.openssl.ca || constraints === undefined) return false;
  const most = constraints.pathLenConstraint;
  if (most !== undefined && most < BigInt(below)) return false;
  const purposes = purposesOf(issuer);
  if (purposes !== undefined && !purposes.includes(purpose) && !purposes.includes(anyPurpose)) return false;
  return certificate.openssl.checkIssued(issuer.openssl) && certificate.openssl.verify(issuer.key);
}

/**
 * The path from `leaf` to the authority's root at `time` (RFC 5280, section 6, without names and policies): every certificate
 * valid at that time, every issuer allowed to issue. Only the authority's own certificates are used, found by signature,
 * never by name alone.
 * @returns leaf first, root last; undefined where there is none
 */
export function pathTo(
  authority: TrustedAuthority,
  leaf: Certificate,
  time: number,
  purpose: string,
): readonly Certificate[] | undefined {
  const { start, end } = authority.validity;
  if (time < start || time > end || !validAt(leaf, time)) return undefined;
  const chain = chainOf(authority);
  const root = chain.at(-1);
  const seek = (path: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = path.at(-1);
    if (last === undefined || root === undefined) return undefined;
    if (last.openssl.raw.equals(root.openssl.raw)) return path;
    for (const issuer of chain) {
      if (path.some((step) => step.openssl.raw.equals(issuer.openssl.raw))) continue;
      if (!validAt(issuer, time) || !issued(last, issuer, path.length - 1, purpose)) continue;
      const found = seek([...path, issuer]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return seek([leaf]);
}
