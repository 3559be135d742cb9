import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { HoldfastError } from '../../errors/index.ts';
import { attestLimits } from '../limits.ts';
import { algorithmOf } from '../verify/signature.ts';
import { cosignLabels, openCosignKey, unpem } from './cosign-key.ts';
import { localSigner, type Signer } from './signer.ts';

/** Asked only when the key is encrypted. */
export type Passphrase = (place: string) => Promise<string>;

const clearLabels = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'];

function read(key: string | Buffer, passphrase: string | undefined, place: string): KeyObject {
  try {
    if (typeof key !== 'string') return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return createPrivateKey({ key, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    if (passphrase !== undefined) {
      throw new HoldfastError('key-passphrase', 'the passphrase does not open this key', { place });
    }
    throw new HoldfastError('key-malformed', 'not a private key', { place, cause });
  }
}

/**
 * A private key as PEM: PKCS #8 (also encrypted), PKCS #1, SEC 1, or cosign's encrypted form.
 * @throws HoldfastError `key-malformed`, `key-passphrase`, `key-unsupported`
 */
export async function parsePrivateKey(text: string, passphrase: Passphrase, place: string): Promise<Signer> {
  if (text.length > attestLimits.keyBytes) throw new HoldfastError('key-malformed', 'too long', { place });
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label = '']) => label);
  // OpenSSL writes the curve before a SEC 1 key; the key names it, too.
  const [label, second] = labels.filter((found) => found !== 'EC PARAMETERS');
  if (label === undefined || second !== undefined) {
    throw new HoldfastError('key-malformed', 'not one PEM block with a private key', { place });
  }
  const privateKey = await ((): Promise<KeyObject> | KeyObject => {
    const sealed = cosignLabels.find((known) => known === label);
    if (sealed !== undefined) return opened(sealed, text, passphrase, place);
    if (label === 'ENCRYPTED PRIVATE KEY') return passphrase(place).then((word) => read(text, word, place));
    if (clearLabels.includes(label)) return read(text, undefined, place);
    throw new HoldfastError('key-malformed', `a PEM block \`${label}\` is no private key`, { place });
  })();
  const publicKey = createPublicKey(privateKey);
  algorithmOf(publicKey, place);
  return localSigner(privateKey, publicKey);
}

async function opened(label: string, text: string, passphrase: Passphrase, place: string): Promise<KeyObject> {
  const json = unpem(label, text);
  if (json === undefined) throw new HoldfastError('key-malformed', 'the PEM block is not base64', { place });
  return read(await openCosignKey(json, await passphrase(place), place), undefined, place);
}
