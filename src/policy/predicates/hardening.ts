import type { Json } from '../../attest/index.ts';
import { isDigest } from '../../oci/index.ts';
import { fieldOf } from './fields.ts';

/**
 * The digests on the way to a hardened image, which are not to run: `predicate.intermediate`, one digest or a list.
 * Undefined: the field is there and is something else.
 */
export function intermediatesOf(predicate: Json): readonly string[] | undefined {
  const found = fieldOf(predicate, 'intermediate');
  if (found === undefined) return [];
  const list: readonly Json[] = Array.isArray(found) ? (found as readonly Json[]) : [found];
  const digests = list.filter((one): one is string => typeof one === 'string' && isDigest(one));
  return digests.length === list.length ? digests : undefined;
}
