import type { Command } from 'commander';
import { generateKey } from '../attest/index.ts';
import { newPassphrase } from './evidence/passphrase.ts';
import { write, writeJson } from './output/index.ts';

interface KeygenOptions {
  readonly outputPrefix: string;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command('keygen')
    .description(
      "A new key pair to sign with (ECDSA P-256): PREFIX.key, encrypted in cosign's form, and PREFIX.pub.\n" +
        'Nothing is ever written over. The passphrase is HOLDFAST_KEY_PASSWORD or COSIGN_PASSWORD, or is asked for.',
    )
    .requiredOption('--output-prefix <prefix>', 'path of the files without their endings')
    .option('--json', 'paths and key id as one document')
    .addHelpText('after', '\nExample:\n  holdfast keygen --output-prefix release')
    .action(keygen);
}

async function keygen(options: KeygenOptions): Promise<void> {
  const made = await generateKey(options.outputPrefix, await newPassphrase(`${options.outputPrefix}.key`));
  if (options.json) await writeJson(made);
  else await write(`${made.keyPath}\n${made.publicPath}\nkey ${made.id}\n`);
}
