import { createHash } from 'node:crypto';
import type { Bundle as LibraryBundle } from '@sigstore/bundle';
import { HoldfastError } from '../../errors/index.ts';
import { statementPayloadType } from '../statement/parse.ts';
import type { Unsigned, Witnessing } from './bundle.ts';
import type { SigningServices } from './services.ts';

const fetchOptions = { timeout: 20_000, retry: { retries: 2 } };

/** Waits for work that knows no signal, and no longer than the signal lets us. */
export async function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A service's failure, told by our words and its status: library messages may quote tokens. */
export function serviceFailed(url: string, cause: unknown): HoldfastError {
  const inner = (cause as { readonly cause?: unknown }).cause;
  const status = (inner as { readonly statusCode?: number } | undefined)?.statusCode;
  const reason =
    status === undefined ? ((inner as NodeJS.ErrnoException | undefined)?.code ?? 'it failed') : `status ${status}`;
  return new HoldfastError('signing-failed', `no answer that can be used: ${reason}`, { place: url });
}

function isTooLarge(cause: unknown): boolean {
  const inner = (cause as { readonly cause?: { readonly statusCode?: number } }).cause;
  return inner?.statusCode === 413;
}

async function libraryBundle(unsigned: Unsigned, signature: Buffer): Promise<LibraryBundle> {
  const { toDSSEBundle, toMessageSignatureBundle } = await import('@sigstore/bundle');
  if (unsigned.kind === 'message') {
    const digest = createHash('sha256').update(unsigned.toSign).digest();
    return toMessageSignatureBundle({ digest, signature, keyHint: '' });
  }
  return toDSSEBundle({ artifact: unsigned.payload, artifactType: statementPayloadType, signature, keyHint: '' });
}

/**
 * Lets every log and timestamp authority that was named witness the signature.
 * @param verifier PEM of the certificate or public key
 * @throws HoldfastError `signing-failed`
 */
export async function witness(
  unsigned: Unsigned,
  signature: Buffer,
  verifier: string,
  services: SigningServices,
  signal: AbortSignal,
): Promise<Witnessing> {
  if (services.logs.length + services.timestampAuthorities.length === 0) return { tlogEntries: [], timestamps: [] };
  // Loaded when it is needed: whoever only verifies should not wait for an HTTP client.
  const { RekorWitness, TSAWitness } = await import('@sigstore/sign');
  const { bundleToJSON } = await import('@sigstore/bundle');
  const bundle = await libraryBundle(unsigned, signature);
  const material = bundle.verificationMaterial;
  const logs = services.logs.map(async ({ url, version }) => {
    const log = new RekorWitness({ ...fetchOptions, rekorBaseURL: url, entryType: 'dsse', majorApiVersion: version });
    const testify = async (content: LibraryBundle['content']) => (await log.testify(content, verifier)).tlogEntries;
    try {
      return await testify(bundle.content).catch(async (cause: unknown) => {
        if (unsigned.kind !== 'dsse' || !isTooLarge(cause)) throw cause;
        // It is sent the whole envelope, and the public one takes no more than some 100 KB: then the digest of what was
        // signed stands for it, as Rekor v2 keeps every envelope. cosign 3 does not read such an entry of version 1.
        const digest = await libraryBundle({ kind: 'message', toSign: unsigned.toSign }, signature);
        return testify(digest.content);
      });
    } catch (cause) {
      throw serviceFailed(url, cause);
    }
  });
  const authorities = services.timestampAuthorities.map(async (url) =>
    new TSAWitness({ ...fetchOptions, tsaBaseURL: url }).testify(bundle.content).then(
      ({ rfc3161Timestamps }) => rfc3161Timestamps.map((stamp) => stamp.signedTimestamp.toString('base64')),
      (cause: unknown) => Promise.reject(serviceFailed(url, cause)),
    ),
  );
  const [entries, timestamps] = await until(Promise.all([Promise.all(logs), Promise.all(authorities)]), signal);
  material.tlogEntries = entries.flat();
  const json = bundleToJSON(bundle) as { verificationMaterial: { tlogEntries?: readonly object[] } };
  return { tlogEntries: json.verificationMaterial.tlogEntries ?? [], timestamps: timestamps.flat() };
}
