import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type Signed, signedBytes, signedDigest } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { hexOf, isDigest } from '../../oci/index.ts';

/** What a bundle is shown for: a file, or only its digest. */
export interface NamedArtifact {
  readonly signed: Signed;
  /** Hex. */
  readonly sha256: string;
  readonly sha384?: string;
  readonly sha512?: string;
}

// Larger files are hashed as they are read; only Ed25519 needs the bytes themselves.
const heldBytes = 64 << 20;
const names = ['sha256', 'sha384', 'sha512'] as const;

async function streamed(path: string, signal: AbortSignal): Promise<NamedArtifact> {
  const hashes = names.map((name) => createHash(name));
  for await (const chunk of createReadStream(path, { signal })) {
    for (const hash of hashes) hash.update(chunk as Buffer);
  }
  const [sha256, sha384, sha512] = hashes.map((hash) => hash.digest()) as [Buffer, Buffer, Buffer];
  const digests = { sha256, sha384, sha512 };
  const hex = { sha256: sha256.toString('hex'), sha384: sha384.toString('hex'), sha512: sha512.toString('hex') };
  return { signed: { digest: (name) => digests[name] }, ...hex };
}

/**
 * The file at `name`, or, where there is none and it reads `sha256:` and 64 hex digits, that digest.
 * @throws HoldfastError `not-found`
 */
export async function readArtifact(name: string, signal: AbortSignal): Promise<NamedArtifact> {
  const found = await stat(name).catch(() => undefined);
  const digest = name.toLowerCase();
  if (found === undefined && isDigest(digest)) {
    return { signed: signedDigest('sha256', Buffer.from(hexOf(digest), 'hex')), sha256: hexOf(digest) };
  }
  if (found === undefined || found.isDirectory()) {
    throw new HoldfastError('not-found', 'no such file, and not a sha256 digest', { place: name });
  }
  if (found.size > heldBytes) return streamed(name, signal);
  const bytes = await readFile(name, { signal });
  const [sha256, sha384, sha512] = names.map((algorithm) => createHash(algorithm).update(bytes).digest('hex')) as [
    string,
    string,
    string,
  ];
  return { signed: signedBytes(bytes), sha256, sha384, sha512 };
}
