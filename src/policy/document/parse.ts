import { HoldfastError } from '../../errors/index.ts';
import { apiVersion } from '../schema/fields.ts';
import { type ImageException, imageException } from '../schema/image-exception.ts';
import { type TrustPolicy, trustPolicy } from '../schema/trust-policy.ts';
import { type PlainDocument, readDocuments } from './read.ts';
import { checkedShape } from './shape.ts';
import { formatPath } from './source-text.ts';

export type ParsedDocument =
  | { readonly kind: 'TrustPolicy'; readonly policy: TrustPolicy; readonly place: PlainDocument['place'] }
  | { readonly kind: 'ImageException'; readonly exception: ImageException; readonly place: PlainDocument['place'] };

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

function parseDocument(document: PlainDocument): ParsedDocument {
  const { value, place } = document;
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'TrustPolicy') return { kind, policy: checkedShape(trustPolicy, document, 'policy-malformed'), place };
  if (kind === 'ImageException')
    return { kind, exception: checkedShape(imageException, document, 'policy-malformed'), place };
  throw new HoldfastError(
    'policy-malformed',
    `not a document of ${apiVersion}: kind has to be TrustPolicy or ImageException`,
    { place: place(typeof kind === 'string' ? ['kind'] : []) },
  );
}
