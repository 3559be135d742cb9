import { open } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';
import { commandSigner } from './command-signer.ts';
import { type Passphrase, parsePrivateKey } from './private-key.ts';
import type { Signer } from './signer.ts';

async function read(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > attestLimits.keyBytes) throw new HoldfastError('key-malformed', 'too long', { place: path });
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new HoldfastError(missing ? 'not-found' : 'file-unreadable', (cause as Error).message, {
      place: path,
      cause,
    });
  }
}

/**
 * What `--key` names: a private key's file, or `exec:PROGRAM WORDS…`.
 * @throws HoldfastError `not-found`, `file-unreadable`, `key-malformed`, `key-passphrase`, `key-unsupported`, `signer-failed`
 */
export async function loadSigner(reference: string, passphrase: Passphrase, signal: AbortSignal): Promise<Signer> {
  if (reference.startsWith('exec:')) return commandSigner(reference, signal);
  return parsePrivateKey(await read(reference), passphrase, reference);
}
