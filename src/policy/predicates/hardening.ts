import type { Json } from '../../attest/index.ts';
import { type Digest, isDigest } from '../../oci/index.ts';
import { type Miss, miss } from '../trust/miss.ts';
import { fieldOf, textAt } from './fields.ts';

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

/** Whether hardening started from this digest or passed it: then it is not the result. */
export function isOnTheWay(predicate: Json, manifest: Digest): boolean {
  return textAt(predicate, 'base', 'digest') === manifest || intermediatesOf(predicate)?.includes(manifest) === true;
}

/**
 * Why the tests that a hardening attestation speaks of are no reason to run its result: `predicate.tests` with `ran` and
 * `passed`, and `failed` where there is one. Undefined: some ran, on the result, and all passed.
 */
export function untestedBecause(predicate: Json): string | undefined {
  const tests = fieldOf(predicate, 'tests');
  if (tests === undefined) return 'it names no tests';
  const [ran, passed, failed = 0] = ['ran', 'passed', 'failed'].map((name) => fieldOf(tests, name));
  if (!isCount(ran) || !isCount(passed) || !isCount(failed)) return 'its tests can not be read';
  if (ran === 0) return 'no test was run on the result';
  return passed === ran && failed === 0 ? undefined : `${passed} of ${ran} tests passed on the result`;
}

/** Why a hardening attestation about this digest does not make it a hardened image; undefined: it does. */
export function hardeningMiss(predicate: Json, manifest: Digest): Miss | undefined {
  if (intermediatesOf(predicate) === undefined)
    return miss('predicate-malformed', 'its intermediate digests can not be read');
  if (isOnTheWay(predicate, manifest)) return miss('hardened-intermediate', 'it names this digest as intermediate');
  const why = untestedBecause(predicate);
  return why === undefined ? undefined : miss('hardening-untested', why);
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
