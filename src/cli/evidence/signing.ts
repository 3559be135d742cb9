import type { Command } from 'commander';
import {
  attestLimits,
  identityToken,
  loadSigner,
  parseSigningConfig,
  type SigningParty,
  type SigningServices,
} from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';
import { passphrase } from './passphrase.ts';

/** Options of every verb that signs. */
export interface SigningOptions {
  readonly key?: string;
  readonly identityToken?: string;
  readonly signingConfig?: string;
  readonly fulcioUrl?: string;
  readonly rekorUrl?: readonly string[];
  readonly timestampUrl?: readonly string[];
}

function repeated(value: string, before: readonly string[] = []): readonly string[] {
  if (!URL.canParse(value)) throw new HoldfastError('usage', `not a URL: ${value}`);
  return [...before, value];
}

/** Adds the options by which a verb learns who signs. */
export function takesSigner(command: Command): Command {
  return command
    .option('--key <key>', "a private key's file (PEM, or cosign's), or exec:PROGRAM for a KMS or token")
    .option('--identity-token <jwt>', 'keyless: who signs; else SIGSTORE_ID_TOKEN, GitHub or GitLab say it')
    .option('--signing-config <file>', 'the services that take part (Sigstore signing configuration 0.2)')
    .option('--fulcio-url <url>', 'keyless: the certificate authority')
    .option('--rekor-url <url>', 'a transparency log (version 1); may be repeated', repeated)
    .option('--timestamp-url <url>', 'a timestamp authority; may be repeated', repeated);
}

async function servicesOf(options: SigningOptions): Promise<SigningServices> {
  const { signingConfig, fulcioUrl, rekorUrl = [], timestampUrl = [] } = options;
  const config =
    signingConfig === undefined
      ? { logs: [], timestampAuthorities: [] }
      : parseSigningConfig(await readBounded(signingConfig, attestLimits.rootBytes), signingConfig);
  return {
    ...config,
    ...(fulcioUrl === undefined ? {} : { fulcio: fulcioUrl }),
    logs: rekorUrl.length === 0 ? config.logs : rekorUrl.map((url) => ({ url, version: 1 })),
    timestampAuthorities: timestampUrl.length === 0 ? config.timestampAuthorities : timestampUrl,
  };
}

/**
 * Who signs. Keyless is only ever done with services that were named: a name in a public log can't be taken back.
 * @throws HoldfastError `usage`, `token-missing`, and as `loadSigner` and `parseSigningConfig`
 */
export async function signingParty(options: SigningOptions, signal: AbortSignal): Promise<SigningParty> {
  const { key, identityToken: token } = options;
  const services = await servicesOf(options);
  if (key !== undefined) {
    if (token !== undefined) throw new HoldfastError('usage', '--key and --identity-token together: say who signs');
    return { kind: 'key', signer: await loadSigner(key, passphrase, signal), services };
  }
  if (services.fulcio === undefined) {
    throw new HoldfastError('usage', 'say who signs: --key, or keyless with --signing-config or --fulcio-url');
  }
  const sources = { environment: process.env, ...(token === undefined ? {} : { token }) };
  return { kind: 'keyless', token: await identityToken(sources, signal), services };
}
