import type { Command } from 'commander';
import { exactly, keyIdOf, type SigningParty } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { HardenedBy } from '../../seal/index.ts';
import { type TrustFlags, takesTrust, trustOf } from './trust.ts';

export interface HardenedFlags extends TrustFlags {
  readonly requireHardened?: true;
  readonly certificateIdentity?: string;
  readonly certificateOidcIssuer?: string;
}

/** Adds the options that ask whether an image was hardened, and by whose word. */
export function takesHardened(command: Command): Command {
  return takesTrust(
    command.option(
      '--require-hardened',
      'refuse what no hardening attestation with passed tests is about; by the sealing key, or as follows',
    ),
  )
    .option('--certificate-identity <identity>', 'with --trusted-root: who attested the hardening, letter by letter')
    .option('--certificate-oidc-issuer <url>', 'with --trusted-root: who vouches for that identity');
}

/**
 * Whose word is taken that an image was hardened; undefined: nobody asks. Where none is named it is the sealing key's.
 * @throws HoldfastError `usage`, and as `trustOf`
 */
export async function hardenedBy(flags: HardenedFlags, party: SigningParty): Promise<HardenedBy | undefined> {
  const { certificateIdentity, certificateOidcIssuer, trustedRoot = [] } = flags;
  const trust = await trustOf(flags);
  const certificate = certificateIdentity !== undefined || certificateOidcIssuer !== undefined;
  if (flags.requireHardened !== true) {
    if (trust === undefined && !certificate) return undefined;
    throw new HoldfastError('usage', 'whom to believe is asked only with --require-hardened');
  }
  if (certificate || trustedRoot.length > 0) {
    if (certificateIdentity === undefined || certificateOidcIssuer === undefined || trustedRoot.length === 0)
      throw new HoldfastError(
        'usage',
        '--trusted-root, --certificate-identity and --certificate-oidc-issuer go together: a root vouches for anybody',
      );
  }
  if (trust !== undefined) {
    if (certificateIdentity === undefined || certificateOidcIssuer === undefined) return { trust };
    return { trust, identity: { identity: exactly(certificateIdentity), issuer: exactly(certificateOidcIssuer) } };
  }
  if (party.kind === 'keyless')
    throw new HoldfastError(
      'usage',
      '--require-hardened, keyless: say by --public-key or --trusted-root whom to believe',
    );
  const key = party.signer.publicKey;
  return { trust: { keys: [{ id: keyIdOf(key), key }], roots: [], minimumLogs: 0 } };
}
