import type { Party } from '../../attest/index.ts';

/**
 * One text for one party, by which thresholds count. A key is one party under however many authorities it stands. A keyless
 * identity is one however many certificates it had; one workflow is one whatever ref it ran on (`…@refs/heads/x`),
 * as whoever can run it on one can make another; an address is one in any case of letters.
 */
export function partyKey(party: Party): string {
  if (party.kind === 'key') return `key ${party.key}`;
  const identity =
    party.identityType === 'uri'
      ? party.identity.replace(/@refs\/.*$/s, '')
      : party.identityType === 'email'
        ? party.identity.toLowerCase()
        : party.identity;
  return `identity ${JSON.stringify([party.issuer, party.identityType, identity])}`;
}

/** For people; what a certificate says is quoted. */
export function describeParty(party: Party): string {
  if (party.kind === 'key') return `key ${party.key.slice(0, 16)}`;
  return `${JSON.stringify(party.identity.slice(0, 120))} of ${JSON.stringify(party.issuer.slice(0, 80))}`;
}
