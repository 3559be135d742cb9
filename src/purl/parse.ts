import { HoldfastError } from '../errors/index.ts';
import { format } from './build.ts';
import { canonicalParts, longest } from './canonical.ts';
import { lower, percentDecode } from './encoding.ts';
import type { Purl } from './model.ts';

/**
 * Takes a package URL apart, into canonical parts.
 *
 * A qualifier's key must begin with a lower-case letter here; {@link canonicalPurl} also takes `?Arch=` and folds it.
 *
 * @throws {HoldfastError} `purl-scheme`, `purl-type`, `purl-namespace`, `purl-name`, `purl-version`, `purl-qualifier`,
 *   `purl-subpath`, `purl-encoding`, `purl-too-long`
 * @see ECMA-427, "How to parse a PURL string into its components"
 */
export function parsePurl(text: string): Purl {
  return parse(text, 'as-written');
}

/** The canonical spelling of a package URL: what to compare by. Throws what {@link parsePurl} throws. */
export function canonicalPurl(text: string): string {
  return format(parse(text, 'any-case'));
}

function parse(text: string, keys: 'as-written' | 'any-case'): Purl {
  if (text.length > longest) throw new HoldfastError('purl-too-long', `longer than ${longest} characters`);
  const [beforeSubpath, subpath] = splitLast(text, '#');
  const [beforeQualifiers, qualifiers] = splitLast(beforeSubpath, '?');
  const colon = beforeQualifiers.indexOf(':');
  if (colon < 0 || lower(beforeQualifiers.slice(0, colon)) !== 'pkg') {
    throw new HoldfastError('purl-scheme', 'does not begin with `pkg:`', { place: text.slice(0, 80) });
  }
  const rest = beforeQualifiers.slice(colon + 1).replace(/^\/+/, '');
  const slash = rest.indexOf('/');
  if (slash < 0) throw new HoldfastError('purl-name', 'a type and a name are required', { place: text.slice(0, 80) });
  const { path, version } = splitVersion(rest.slice(slash + 1));
  const segments = decodeSegments(path, 'purl-namespace');
  const last = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return canonicalParts({
    type: rest.slice(0, slash),
    namespace: segments.slice(0, -1).join('/'),
    name: percentDecode(last),
    version: version === undefined ? undefined : percentDecode(version),
    qualifiers: parseQualifiers(qualifiers ?? '', keys),
    subpath: decodeSegments(subpath ?? '', 'purl-subpath').join('/'),
  });
}

function splitLast(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The version follows the last `@`; but `@scope/name`, unencoded and without a version, is a scope. */
function splitVersion(text: string): { readonly path: string; readonly version: string | undefined } {
  const at = text.lastIndexOf('@');
  if (at < 0) return { path: text, version: undefined };
  const beginsSegment = at === 0 || text[at - 1] === '/';
  if (beginsSegment && text.includes('/', at)) return { path: text, version: undefined };
  return { path: text.slice(0, at), version: text.slice(at + 1) };
}

/** Decoded segments without the empty ones; a decoded `/` inside one is refused, but for the last of a name. */
function decodeSegments(path: string, code: 'purl-namespace' | 'purl-subpath'): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.map((segment, index) => {
    const decoded = percentDecode(segment);
    const isName = code === 'purl-namespace' && index === segments.length - 1;
    if (!isName && decoded.includes('/')) {
      throw new HoldfastError(code, 'a segment holds an encoded `/`', { place: segment });
    }
    return decoded;
  });
}

function parseQualifiers(text: string, keys: 'as-written' | 'any-case'): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  if (text === '') return found;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (keys === 'as-written' && /^[A-Z]/.test(key)) {
      throw new HoldfastError('purl-qualifier', 'a key does not begin with a lower-case letter', { place: key });
    }
    if (lower(key) in found) throw new HoldfastError('purl-qualifier', 'a key is there twice', { place: key });
    found[lower(key)] = equals < 0 ? '' : percentDecode(pair.slice(equals + 1));
  }
  return found;
}
