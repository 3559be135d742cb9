import type { Json } from '../../attest/index.ts';

/** Reading a predicate that somebody trusted signed, and whose shape nobody has promised: what is not there is undefined. */
export function fieldOf(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[key];
  }
  return at;
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] | undefined {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]) : undefined;
}

/** Unix milliseconds of an RFC 3339 time with its zone. */
export function timeAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const text = textAt(value, ...path);
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(text))
    return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
