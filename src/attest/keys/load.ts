import { readBounded } from '../../files/index.ts';
import { attestLimits } from '../limits.ts';
import { commandSigner } from './command-signer.ts';
import { type Passphrase, parsePrivateKey } from './private-key.ts';
import type { Signer } from './signer.ts';

/**
 * What `--key` names: a private key's file, or `exec:PROGRAM WORDS…`.
 * @throws HoldfastError `not-found`, `file-unreadable`, `key-malformed`, `key-passphrase`, `key-unsupported`, `signer-failed`
 */
export async function loadSigner(reference: string, passphrase: Passphrase, signal: AbortSignal): Promise<Signer> {
  if (reference.startsWith('exec:')) return commandSigner(reference, signal);
  const text = (await readBounded(reference, attestLimits.keyBytes, 'key-malformed')).toString('utf8');
  return parsePrivateKey(text, passphrase, reference);
}
