import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  attestLimits,
  parseBundle,
  parseTrustedRoot,
  signedBytes,
  signMessage,
  verifyBundle,
} from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { readBounded } from '../files/index.ts';
import { type SigningOptions, signingParty, takesSigner } from './evidence/signing.ts';
import { interrupt, write } from './output/index.ts';

interface SignBundleOptions extends SigningOptions {
  readonly bundle: string;
  readonly trustedRoot?: string;
}

const mostBytes = 512 << 20;

export function register(program: Command): void {
  takesSigner(program.command('sign-bundle').argument('<file>', 'what to sign'))
    .description('Signs a file: writes a Sigstore bundle of version 0.3 that verify-bundle, cosign and others take.')
    .requiredOption('--bundle <file>', 'where to write the bundle')
    .option('--trusted-root <file>', 'keyless: verify the bundle under this root before it is written')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast sign-bundle --key release.key --bundle a.sigstore.json a.txt\n' +
        '  holdfast sign-bundle --signing-config config.json --identity-token "$TOKEN" --bundle a.sigstore.json a.txt',
    )
    .action(sign);
}

async function sign(path: string, options: SignBundleOptions): Promise<void> {
  using stop = interrupt();
  const bytes = await readBounded(path, mostBytes);
  const root =
    options.trustedRoot === undefined
      ? undefined
      : parseTrustedRoot(await readBounded(options.trustedRoot, attestLimits.rootBytes), options.trustedRoot);
  const party = await signingParty(options, stop.signal);
  const bundle = await signMessage(bytes, party, stop.signal);
  if (root !== undefined && party.kind === 'keyless') {
    const minimumLogs = Math.min(1, party.services.logs.length);
    verifyBundle(parseBundle(bundle, 'the new bundle'), signedBytes(bytes), { keys: [], roots: [root], minimumLogs });
  }
  try {
    await writeFile(options.bundle, bundle);
  } catch (cause) {
    throw new HoldfastError('file-unwritable', (cause as Error).message, { place: options.bundle, cause });
  }
  await write(`${options.bundle}\n`);
}
