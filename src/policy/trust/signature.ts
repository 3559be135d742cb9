import type { Party, VerifiedSignature } from '../../attest/index.ts';
import type { Authority } from './authority.ts';
import { furthest, type Miss, miss } from './miss.ts';
import { describeParty } from './party.ts';

/** The times that logs and timestamp authorities vouch for, in Unix milliseconds. */
export function trustedTimes(signature: VerifiedSignature): readonly number[] {
  return [
    ...signature.logs.flatMap(({ time }) => (time === undefined ? [] : [time])),
    ...signature.timestamps.map(({ time }) => time),
  ]
    .map((text) => Date.parse(text))
    .filter((time) => !Number.isNaN(time));
}

/** Undefined: the signature counts, by one of the authorities. Otherwise why not, by the one that came nearest. */
export function whyNotTrusted(
  authorities: readonly Authority[],
  signature: VerifiedSignature,
  now: number,
): Miss | undefined {
  const misses: Miss[] = [];
  for (const authority of authorities) {
    const found = whoMiss(authority, signature, now) ?? witnessMiss(authority, signature);
    if (found === undefined) return undefined;
    misses.push(found);
  }
  return furthest(misses) ?? miss('party-untrusted', 'no authority is named');
}

function whoMiss(authority: Authority, signature: VerifiedSignature, now: number): Miss | undefined {
  const { party } = signature;
  return party.kind === 'key' ? keyMiss(authority, party, signature, now) : identityMiss(authority, party);
}

function keyMiss(
  authority: Authority,
  party: Party & { readonly kind: 'key' },
  signature: VerifiedSignature,
  now: number,
): Miss | undefined {
  const windows = authority.keys.get(party.key);
  if (windows === undefined) return miss('party-untrusted', `${describeParty(party)} is not of ${authority.name}`);
  // Without a witness the signature may have been made this minute, by whoever holds the key today.
  const witnessed = trustedTimes(signature);
  const times = witnessed.length === 0 ? [now] : witnessed;
  if (windows.some(({ notBefore, notAfter }) => times.every((time) => time >= notBefore && time <= notAfter))) {
    return undefined;
  }
  const early = windows.every(({ notBefore }) => times.some((time) => time < notBefore));
  const when = witnessed.length === 0 ? 'now, as nothing shows when it signed' : 'when it signed';
  return early
    ? miss('key-not-begun', `${describeParty(party)} of ${authority.name} is not yet trusted ${when}`)
    : miss('key-expired', `${describeParty(party)} of ${authority.name} is no longer trusted ${when}`);
}

function identityMiss(authority: Authority, party: Party & { readonly kind: 'certificate' }): Miss | undefined {
  const rules = authority.identities.filter((rule) => rule.issuer === party.issuer && rule.isSubject(party.identity));
  if (rules.length === 0) return miss('party-untrusted', `${describeParty(party)} is not of ${authority.name}`);
  const wrong = rules.map((rule) =>
    Object.entries(rule.claims).find(
      ([name, value]) => !Object.hasOwn(party.claims, name) || party.claims[name] !== value,
    ),
  );
  const [first] = wrong;
  if (wrong.includes(undefined) || first === undefined) return undefined;
  const found = Object.hasOwn(party.claims, first[0])
    ? JSON.stringify(party.claims[first[0]]?.slice(0, 120))
    : 'nothing';
  return miss(
    'claims-mismatch',
    `${describeParty(party)} says ${found} for ${first[0]}, not ${JSON.stringify(first[1])}`,
  );
}

function witnessMiss(authority: Authority, signature: VerifiedSignature): Miss | undefined {
  const logs = new Set(signature.logs.map(({ log }) => log)).size;
  const stamps = new Set(signature.timestamps.map(({ authority: stamper }) => stamper)).size;
  // A short-lived certificate means nothing without a witness of when it was used; a key stands for itself.
  const wanted = authority.logs ?? (signature.party.kind === 'certificate' ? 1 : 0);
  const who = `${describeParty(signature.party)} of ${authority.name}`;
  if (logs < wanted) return miss('logs-too-few', `${who}: in ${logs} of ${wanted} distinct logs`);
  if (stamps < authority.timestamps) {
    return miss('timestamps-too-few', `${who}: stamped by ${stamps} of ${authority.timestamps} distinct authorities`);
  }
  return undefined;
}
