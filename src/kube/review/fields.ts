/** A JSON object of somebody else's. Only its own members are ever looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a review, as a sentence with its place. It leaves this folder as a refusal, never as a crash. */
export class ReviewFault extends Error {}

export function fault(place: string, what: string): ReviewFault {
  return new ReviewFault(place === '' ? what : `${place}: ${what}`);
}

export function member(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that has to be there. @throws ReviewFault */
export function objectAt(fields: Fields, key: string, place: string): Fields {
  const value = member(fields, key);
  if (isFields(value)) return value;
  throw fault(`${place}${place === '' ? '' : '.'}${key}`, value === undefined ? 'missing' : 'not an object');
}

/** Absent, or null as Go writes what is empty: undefined. @throws ReviewFault */
export function optionalObject(fields: Fields, key: string, place: string): Fields | undefined {
  const value = member(fields, key);
  return value === undefined || value === null ? undefined : objectAt(fields, key, place);
}

/** @throws ReviewFault */
export function optionalText(fields: Fields, key: string, place: string): string | undefined {
  const value = member(fields, key);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw fault(`${place}${place === '' ? '' : '.'}${key}`, 'not a text');
}

/** Absent or null: an empty list. @throws ReviewFault */
export function listAt(fields: Fields, key: string, place: string): readonly Fields[] {
  const value = member(fields, key);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw fault(`${place}.${key}`, 'not a list');
  return value.map((one: unknown, index) => {
    if (isFields(one)) return one;
    throw fault(`${place}.${key}[${index}]`, 'not an object');
  });
}
