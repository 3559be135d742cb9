import { HoldfastError } from '../errors/index.ts';
import { canonicalParts, longest } from './canonical.ts';
import { percentEncode } from './encoding.ts';
import type { Purl, PurlParts } from './model.ts';
import { ruleFor } from './types.ts';

/**
 * The canonical string of the parts.
 *
 * @example buildPurl({ type: 'deb', namespace: 'debian', name: 'curl', version: '7.88.1-10', qualifiers: { arch: 'amd64' } })
 * @throws {HoldfastError} the codes of {@link canonicalParts}
 * @see ECMA-427, "How to build a PURL string from its components"
 */
export function buildPurl(parts: PurlParts): string {
  return format(canonicalParts(parts));
}

/** Writes parts that are canonical already. */
export function format(purl: Purl): string {
  const name = ruleFor(purl.type).pathName === true ? encodePath(purl.name) : percentEncode(purl.name);
  let out = `pkg:${purl.type}/`;
  if (purl.namespace !== undefined) out += `${encodePath(purl.namespace)}/`;
  out += name;
  if (purl.version !== undefined) out += `@${percentEncode(purl.version)}`;
  const qualifiers = Object.entries(purl.qualifiers).map(([key, value]) => `${key}=${percentEncode(value)}`);
  if (qualifiers.length > 0) out += `?${qualifiers.join('&')}`;
  if (purl.subpath !== undefined) out += `#${encodePath(purl.subpath)}`;
  if (out.length > longest)
    throw new HoldfastError('purl-too-long', `longer than ${longest} characters`, { place: name.slice(0, 80) });
  return out;
}

function encodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}
