import { generateKeyPairSync } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';
import type { KeyId } from '../model.ts';
import { sealCosignKey } from './cosign-key.ts';
import { keyIdOf } from './public-key.ts';

export interface GeneratedKey {
  readonly id: KeyId;
  readonly keyPath: string;
  readonly publicPath: string;
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await using file = await open(path, 'wx', mode);
    await file.writeFile(text);
    await file.sync();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new HoldfastError('key-exists', 'it is there already', { place: path, cause });
    throw new HoldfastError('file-unwritable', message, { place: path, cause });
  }
}

/**
 * A new ECDSA P-256 key pair: `PREFIX.key`, encrypted as cosign does and readable by its owner alone, and `PREFIX.pub`.
 * Nothing that exists is ever written over: a lost signing key can't be made again.
 * @throws HoldfastError `key-exists`, `file-unwritable`
 */
export async function generateKey(prefix: string, passphrase: string): Promise<GeneratedKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [keyPath, publicPath] = [`${prefix}.key`, `${prefix}.pub`];
  const sealed = await sealCosignKey(privateKey.export({ format: 'der', type: 'pkcs8' }), passphrase);
  await writeNew(publicPath, publicKey.export({ format: 'pem', type: 'spki' }).toString(), 0o644);
  try {
    await writeNew(keyPath, sealed, 0o600);
  } catch (error) {
    // A public key without its private half is worse than none.
    await rm(publicPath, { force: true });
    throw error;
  }
  return { id: keyIdOf(publicKey), keyPath, publicPath };
}
