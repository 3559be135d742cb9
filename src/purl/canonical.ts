import { HoldfastError } from '../errors/index.ts';
import { lower } from './encoding.ts';
import type { Purl, PurlParts } from './model.ts';
import { ruleFor, type TypedParts, type TypeRule } from './types.ts';

/** Longest package URL and longest part that is looked at, in UTF-16 units. */
export const longest = 16_384;
const mostQualifiers = 256;

const partCodes = { namespace: 'purl-namespace', name: 'purl-name', version: 'purl-version' } as const;

const typePattern = /^[a-z][a-z0-9.-]*$/;
const keyPattern = /^[a-z][a-z0-9._-]*$/;

/**
 * Brings parts into canonical form and checks them by the common grammar and the type's rules.
 *
 * @throws {HoldfastError} `purl-type`, `purl-namespace`, `purl-name`, `purl-version`, `purl-qualifier`, `purl-subpath`,
 *   `purl-encoding`, `purl-too-long`
 * @see ECMA-427, "Rules for each component"
 */
export function canonicalParts(parts: PurlParts): Purl {
  const type = lower(bounded(parts.type ?? ''));
  if (!typePattern.test(type)) {
    throw new HoldfastError('purl-type', 'the type is not letters, digits, `.` and `-` after a letter', {
      place: type,
    });
  }
  const rule = ruleFor(type);
  const slashed = joinPath(rule, segmentsOf(parts.namespace ?? ''), trimSlashes(parts.name ?? ''));
  const { namespace, name, version, qualifiers } = applyRule(rule, {
    namespace: slashed.namespace,
    name: slashed.name,
    version: bounded(parts.version ?? '') || undefined,
    qualifiers: canonicalQualifiers(Object.entries(parts.qualifiers ?? {})),
  });
  const subpath = segmentsOf(parts.subpath ?? '').filter((segment) => segment !== '.' && segment !== '..');
  return {
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(version === undefined ? {} : { version }),
    qualifiers,
    ...(subpath.length === 0 ? {} : { subpath: subpath.join('/') }),
  };
}

/** Folds keys, drops empty values, sorts; a key twice or with a foreign character is refused. */
export function canonicalQualifiers(
  entries: readonly (readonly [string, string | null | undefined])[],
): Readonly<Record<string, string>> {
  if (entries.length > mostQualifiers)
    throw new HoldfastError('purl-qualifier', `more than ${mostQualifiers} qualifiers`);
  const found = new Map<string, string>();
  for (const [written, value] of entries) {
    const key = lower(written);
    if (!keyPattern.test(key)) {
      throw new HoldfastError('purl-qualifier', 'a key is not letters, digits, `.`, `-` and `_` after a letter', {
        place: written,
      });
    }
    if (value === undefined || value === null || value === '') continue;
    if (found.has(key)) throw new HoldfastError('purl-qualifier', 'a key is there twice', { place: key });
    found.set(key, bounded(value));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function applyRule(rule: TypeRule, written: TypedParts): TypedParts {
  const fold = (part: 'namespace' | 'name' | 'version', value: string) =>
    rule.fold?.includes(part) === true ? lower(value) : value;
  const folded: TypedParts = {
    namespace: written.namespace === undefined ? undefined : fold('namespace', written.namespace),
    name: fold('name', written.name),
    version: written.version === undefined ? undefined : fold('version', written.version),
    qualifiers: written.qualifiers,
  };
  const parts: TypedParts = { ...folded, ...rule.spell?.(folded) };
  const { namespace, name } = parts;
  if (name === '') throw new HoldfastError('purl-name', 'a name is required');
  if (rule.namespace === 'required' && namespace === undefined) {
    throw new HoldfastError('purl-namespace', 'this type requires a namespace', { place: name });
  }
  if (rule.namespace === 'prohibited' && namespace !== undefined) {
    throw new HoldfastError('purl-namespace', 'this type has no namespace', { place: namespace });
  }
  if (rule.segments !== undefined && (namespace ?? '').split('/').length < rule.segments) {
    throw new HoldfastError('purl-namespace', `this type's namespace has ${rule.segments} segments or more`, {
      place: name,
    });
  }
  for (const key of rule.qualifiers ?? []) {
    if (parts.qualifiers[key] === undefined) {
      throw new HoldfastError('purl-qualifier', `this type requires the qualifier ${key}`, { place: name });
    }
  }
  const wrong = rule.check?.(parts);
  if (wrong !== undefined) {
    throw new HoldfastError(partCodes[wrong.part], `the ${wrong.part} ${wrong.why}`, { place: name });
  }
  return parts;
}

/** For types whose name is a path, everything after the first segment belongs to the name. */
function joinPath(
  rule: TypeRule,
  namespace: readonly string[],
  name: string,
): { namespace: string | undefined; name: string } {
  if (rule.pathName !== true) return { namespace: namespace.join('/') || undefined, name };
  const [host, ...rest] = namespace;
  return { namespace: host, name: [...rest, ...segmentsOf(name)].join('/') };
}

function segmentsOf(path: string): readonly string[] {
  return bounded(path)
    .split('/')
    .filter((segment) => segment !== '');
}

function trimSlashes(text: string): string {
  let start = 0;
  let end = bounded(text).length;
  while (start < end && text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}

function bounded(text: string): string {
  if (text.length > longest) throw new HoldfastError('purl-too-long', `a part is longer than ${longest} characters`);
  if (!text.isWellFormed()) throw new HoldfastError('purl-encoding', 'holds half a surrogate pair', { place: text });
  return text;
}
