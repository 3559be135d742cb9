import { type Code, HoldfastError } from '../../errors/index.ts';
import { type DocumentPath, formatPath } from '../document/source-text.ts';

/** Where a path of the document being compiled stands. */
export type PlaceOf = (path: DocumentPath) => string;

export function refuse(
  place: PlaceOf,
  path: DocumentPath,
  message: string,
  code: Code = 'policy-malformed',
): HoldfastError {
  return new HoldfastError(code, message, { place: place(path) });
}

/** Exactly one of two fields, as a schema without unions can't say. */
export function oneOf(
  place: PlaceOf,
  path: DocumentPath,
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  const given = names.filter((name) => fields[name] !== undefined);
  if (given.length === 1) return;
  const at = given[1] === undefined ? path : [...path, given[1]];
  throw refuse(place, at, `${formatPath(path)} has to have exactly one of ${names.join(', ')}`);
}
