import type { RE2JS } from '@bufbuild/re2';
import { HoldfastError } from '../../errors/index.ts';
import type { Party } from '../model.ts';
import { re2Library } from './libraries.ts';

/** Text to be matched whole: as it stands, or by a pattern that is always anchored at both ends. */
export type Matcher =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: RE2JS };

/** Whom a keyless signature must be of. An identity means nothing without the issuer that vouches for it. */
export interface ExpectedIdentity {
  readonly issuer: Matcher;
  readonly identity: Matcher;
}

export function exactly(text: string): Matcher {
  return { kind: 'exact', text };
}

/**
 * An RE2 expression over the whole of the text: no identity that a stranger gets certified can make it run for long.
 * @throws HoldfastError `identity-pattern` where it is none
 */
export function matching(source: string): Matcher {
  if (source.length > 1024) throw new HoldfastError('identity-pattern', 'longer than 1024 characters');
  const { RE2JS: Pattern } = re2Library();
  try {
    return { kind: 'pattern', pattern: new Pattern(source) };
  } catch (cause) {
    throw new HoldfastError('identity-pattern', (cause as Error).message, { cause });
  }
}

export function matches(matcher: Matcher, text: string): boolean {
  return matcher.kind === 'exact' ? matcher.text === text : matcher.pattern.testExact(text);
}

export function isExpected(party: Party, expected: ExpectedIdentity): boolean {
  return (
    party.kind === 'certificate' && matches(expected.issuer, party.issuer) && matches(expected.identity, party.identity)
  );
}

/** @throws HoldfastError `identity-mismatch` */
export function refuseOtherIdentity(party: Party, expected: ExpectedIdentity): void {
  if (isExpected(party, expected)) return;
  const who = party.kind === 'key' ? `key ${party.key}` : `${party.identity} (${party.issuer})`;
  throw new HoldfastError('identity-mismatch', `signed by ${who}`, { place: 'signer' });
}
