import * as z from 'zod';
import { HoldfastError } from '../../errors/index.ts';
import { apiVersion } from '../schema/fields.ts';
import { type ImageException, imageException } from '../schema/image-exception.ts';
import { type TrustPolicy, trustPolicy } from '../schema/trust-policy.ts';
import { type Fault, faultsOf } from './issues.ts';
import { type PlainDocument, readDocuments } from './read.ts';
import { type DocumentPath, formatPath } from './source-text.ts';

export type ParsedDocument =
  | { readonly kind: 'TrustPolicy'; readonly policy: TrustPolicy; readonly place: PlainDocument['place'] }
  | { readonly kind: 'ImageException'; readonly exception: ImageException; readonly place: PlainDocument['place'] };

/** Faults named in one message; the first is the place. */
const mostFaults = 10;

/**
 * The policies and exceptions of one file, every field known and of its shape. What they mean together (names of
 * authorities, expressions, keys) is for `compilePolicy`.
 * @throws HoldfastError `policy-malformed`, `policy-limit`
 */
export function parseDocuments(file: string, bytes: Uint8Array): readonly ParsedDocument[] {
  return readDocuments(file, bytes).map(parseDocument);
}

/** As `parseDocuments`, for a value that was JSON already (a Kubernetes object, a predicate). `origin` stands in messages. */
export function parseValue(origin: string, value: unknown): ParsedDocument {
  return parseDocument({
    value,
    place: (path) => (path.length === 0 ? origin : `${origin}, at ${formatPath(path)}`),
  });
}

function parseDocument({ value, place }: PlainDocument): ParsedDocument {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'TrustPolicy') return { kind, policy: checked(trustPolicy, value, place), place };
  if (kind === 'ImageException') return { kind, exception: checked(imageException, value, place), place };
  throw new HoldfastError(
    'policy-malformed',
    `not a document of ${apiVersion}: kind has to be TrustPolicy or ImageException`,
    { place: place(typeof kind === 'string' ? ['kind'] : []) },
  );
}

function checked<T extends z.ZodType>(schema: T, value: unknown, place: PlainDocument['place']): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw malformed(
    faultsOf(result.error.issues, (path) => keysAllowed(schema, path)),
    place,
  );
}

/** One error for all faults of a document. */
export function malformed(faults: readonly Fault[], place: PlainDocument['place']): HoldfastError {
  const [first, ...rest] = faults;
  const more = rest.slice(0, mostFaults - 1).map(({ path, message }) => `; ${formatPath(path)}: ${message}`);
  const left = rest.length - more.length;
  return new HoldfastError(
    'policy-malformed',
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
