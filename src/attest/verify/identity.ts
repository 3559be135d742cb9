import { HoldfastError } from '../../errors/index.ts';
import type { Party } from '../model.ts';

/** Text to be matched whole: as it stands, or by a pattern that is always anchored at both ends. */
export type Matcher =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

/** Whom a keyless signature must be of. An identity means nothing without the issuer that vouches for it. */
export interface ExpectedIdentity {
  readonly issuer: Matcher;
  readonly identity: Matcher;
}

export function exactly(text: string): Matcher {
  return { kind: 'exact', text };
}

/** @throws HoldfastError `identity-pattern` where it is no regular expression */
export function matching(source: string): Matcher {
  if (source.length > 1024) throw new HoldfastError('identity-pattern', 'longer than 1024 characters');
  try {
    // Alone first: `a)|(b` is no pattern, but between our brackets it would become one that is not anchored.
    // `v` and no other flag: case counts, and `.` takes no line break.
    void new RegExp(source, 'v');
    return { kind: 'pattern', pattern: new RegExp(`^(?:${source})$`, 'v') };
  } catch (cause) {
    throw new HoldfastError('identity-pattern', (cause as Error).message, { cause });
  }
}

export function matches(matcher: Matcher, text: string): boolean {
  return matcher.kind === 'exact' ? matcher.text === text : matcher.pattern.test(text);
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
