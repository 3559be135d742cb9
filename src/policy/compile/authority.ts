import { exactly, type KeyId, matches, matching, parsePublicKey, type TrustedKey } from '../../attest/index.ts';
import type { DocumentPath } from '../document/source-text.ts';
import type { AuthorityFields } from '../schema/authority.ts';
import type { Authority, IdentityRule, Window } from '../trust/authority.ts';
import { oneOf, type PlaceOf, refuse } from './faults.ts';

/** The text of a key file that a policy names, or undefined where there is none. */
export type KeyText = (file: string) => string | undefined;

/** @throws HoldfastError `policy-malformed`, `policy-expression`, `policy-unreadable`, `key-malformed`, `key-unsupported` */
export function compileAuthority(
  fields: AuthorityFields,
  path: DocumentPath,
  place: PlaceOf,
  keyText: KeyText,
): Authority {
  if (fields.keys.length + fields.identities.length === 0) {
    throw refuse(place, path, 'an authority without keys and identities can never sign');
  }
  const keys = new Map<KeyId, Window[]>();
  const trusted: TrustedKey[] = [];
  fields.keys.forEach((key, index) => {
    const at = [...path, 'keys', index];
    oneOf(place, at, key, ['pem', 'file']);
    const pem = key.pem ?? keyText(key.file ?? '');
    if (pem === undefined) throw refuse(place, [...at, 'file'], 'a key file that was not read', 'policy-unreadable');
    const parsed = parsePublicKey(pem, place([...at, key.pem === undefined ? 'file' : 'pem']));
    const window = {
      notBefore: key.notBefore === undefined ? -Infinity : Date.parse(key.notBefore),
      notAfter: key.notAfter === undefined ? Infinity : Date.parse(key.notAfter),
    };
    // Written so that a date that does not exist (NaN) is refused as well.
    if (!(window.notBefore <= window.notAfter)) throw refuse(place, at, 'notBefore has to be before notAfter');
    keys.set(parsed.id, [...(keys.get(parsed.id) ?? []), window]);
    trusted.push(parsed);
  });
  const identities = fields.identities.map((identity, index) =>
    compileIdentity(identity, [...path, 'identities', index], place),
  );
  return { name: fields.name, keys, trusted, identities, logs: fields.logs, timestamps: fields.timestamps };
}

function compileIdentity(
  fields: AuthorityFields['identities'][number],
  path: DocumentPath,
  place: PlaceOf,
): IdentityRule {
  oneOf(place, path, fields, ['subject', 'subjectRegExp']);
  const claims = Object.entries(fields.claims ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    issuer: fields.issuer,
    isSubject: matcher(fields.subject, fields.subjectRegExp, [...path, 'subjectRegExp'], place),
    claims: Object.fromEntries(claims),
  };
}

/** @throws HoldfastError `policy-expression` */
export function matcher(
  exact: string | undefined,
  expression: string | undefined,
  path: DocumentPath,
  place: PlaceOf,
): (text: string) => boolean {
  try {
    const found = expression === undefined ? exactly(exact ?? '') : matching(expression);
    return (text) => matches(found, text);
  } catch (cause) {
    throw refuse(place, path, `not an RE2 expression: ${(cause as Error).message.slice(0, 200)}`, 'policy-expression');
  }
}
