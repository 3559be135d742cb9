import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { endGroup } from '../../commands/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { decodeBase64 } from '../format/base64.ts';
import { algorithmOf, signedBytes, verifySignature } from '../verify/signature.ts';
import { parsePublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';

const mostBytes = 64 << 10;
const mostMilliseconds = 60_000;

function failed(message: string, place: string): HoldfastError {
  return new HoldfastError('signer-failed', message, { place });
}

interface Call {
  readonly command: readonly [string, ...string[]];
  readonly verb: 'public-key' | 'sign';
  readonly input: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
}

async function run({ command, verb, input, environment }: Call, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const [program, ...words] = command;
  const place = `exec:${command.join(' ')} ${verb}`;
  // A process group of its own, to be ended whole.
  const child = spawn(program, [...words, verb], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
    detached: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
    else reject(failed('it said too much', place));
  });
  // A command that has its answer without reading everything is free to.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  child.on('error', (cause) => reject(failed(cause.message, place)));
  child.on('close', (status, killed) => {
    if (status === 0) resolve(Buffer.concat(chunks).toString('utf8'));
    else reject(failed(`it ended with ${status ?? killed}`, place));
  });
  const late = setTimeout(() => reject(failed('it did not answer in time', place)), mostMilliseconds);
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    endGroup(child);
    child.stdout.destroy();
  }
}

/**
 * A signer outside of this process, for a KMS, an HSM or PKCS #11: `exec:PROGRAM WORDS…`, started without a shell as
 * - `PROGRAM WORDS… public-key`: prints the public key, SPKI PEM;
 * - `PROGRAM WORDS… sign`: reads the bytes to sign on stdin and prints the signature as base64: ECDSA as DER over the hash
 *   of the key's curve, Ed25519 pure, RSA PKCS #1 v1.5 with SHA-256. Whoever signs digests finds it in the environment,
 *   `HOLDFAST_SIGN_DIGEST=sha256:HEX`.
 *
 * Status 0 is success. A minute and 64 KiB are all it gets, and what it signed is verified before it is used.
 * @throws HoldfastError `signer-failed`, `key-malformed`, `key-unsupported`
 */
export async function commandSigner(reference: string, signal: AbortSignal): Promise<Signer> {
  const [program, ...words] = reference
    .replace(/^exec:/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (program === undefined) throw failed('no program is named', reference);
  const command = [program, ...words] as const;
  const pem = await run({ command: [...command], verb: 'public-key', input: Buffer.alloc(0), environment: {} }, signal);
  const { key } = parsePublicKey(pem, reference);
  const algorithm = algorithmOf(key, reference);
  return {
    publicKey: key,
    async sign(data, until) {
      const hash = algorithm.kind === 'ed25519' ? 'sha512' : (algorithm.hashes[0] ?? 'sha256');
      const digest = `${hash}:${createHash(hash).update(data).digest('hex')}`;
      const environment = { HOLDFAST_SIGN_DIGEST: digest };
      const answer = await run({ command: [...command], verb: 'sign', input: data, environment }, until);
      const signature = decodeBase64(answer.trim());
      if (signature === undefined || !verifySignature(key, signedBytes(data), signature)) {
        throw failed('what it printed is not a signature by its own key', reference);
      }
      return signature;
    },
  };
}
