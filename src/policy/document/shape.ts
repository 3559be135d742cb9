import * as z from 'zod';
import { type Code, HoldfastError } from '../../errors/index.ts';
import { type Fault, faultsOf } from './issues.ts';
import type { PlainDocument } from './read.ts';
import { type DocumentPath, formatPath } from './source-text.ts';

/** Faults named in one message; the first is the place. */
const mostFaults = 10;

/**
 * A document's value as its schema reads it.
 * @throws HoldfastError `code`, with every fault, what is allowed instead, and where the first one stands
 */
export function checkedShape<T extends z.ZodType>(schema: T, { value, place }: PlainDocument, code: Code): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw malformed(
    faultsOf(result.error.issues, (path) => keysAllowed(schema, path)),
    place,
    code,
  );
}

/** One error for all faults of a document. */
export function malformed(faults: readonly Fault[], place: PlainDocument['place'], code: Code): HoldfastError {
  const [first, ...rest] = faults;
  const more = rest.slice(0, mostFaults - 1).map(({ path, message }) => `; ${formatPath(path)}: ${message}`);
  const left = rest.length - more.length;
  return new HoldfastError(
    code,
    `${first?.message ?? 'malformed'}${more.join('')}${left > 0 ? `; and ${left} more` : ''}`,
    { place: place(first?.path ?? []) },
  );
}

function keysAllowed(schema: z.ZodType, path: DocumentPath): readonly string[] {
  let at: unknown = unwrapped(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = unwrapped((at.shape as Record<string, unknown>)[step]);
    else if (at instanceof z.ZodArray) at = unwrapped(at.element);
    else return [];
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) at = at.unwrap();
  return at;
}
