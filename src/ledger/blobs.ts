import { promisify } from 'node:util';
import { zstdCompress, zstdDecompressSync } from 'node:zlib';
import { HoldfastError } from '../errors/index.ts';
import { type Digest, digestOf } from '../oci/index.ts';
import type { Blob } from './model.ts';
import { bounds } from './prepare.ts';
import type { Statements } from './statements.ts';

const compress = promisify(zstdCompress);
/** Below this, zstd's own frame eats the gain. */
const smallest = 512;

export interface PreparedBlob {
  readonly digest: Digest;
  readonly size: number;
  /** Compressed on a thread beside, while the group before is written. */
  readonly stored: Promise<StoredBytes>;
}

export interface StoredBytes {
  readonly coding: 'plain' | 'zstd';
  readonly bytes: Uint8Array;
}

/** @throws HoldfastError `entry-too-large` */
export function prepareBlob(bytes: Blob, place: string): PreparedBlob {
  if (bytes.byteLength > bounds.blobBytes) {
    throw new HoldfastError('entry-too-large', `blob is larger than ${bounds.blobBytes} bytes`, { place });
  }
  const stored = encode(bytes);
  // Who waits for it sees a failure; an append that was refused before has nobody waiting.
  stored.catch(() => undefined);
  return { digest: digestOf(bytes), size: bytes.byteLength, stored };
}

async function encode(bytes: Uint8Array): Promise<StoredBytes> {
  if (bytes.byteLength < smallest) return { coding: 'plain', bytes };
  const packed = await compress(bytes);
  return packed.byteLength < bytes.byteLength ? { coding: 'zstd', bytes: packed } : { coding: 'plain', bytes };
}

export function writeBlob(statements: Statements, blob: PreparedBlob, stored: StoredBytes): void {
  statements
    .of('INSERT OR IGNORE INTO blobs(digest, size, coding, bytes) VALUES (?, ?, ?, ?)')
    .run(blob.digest, blob.size, stored.coding, stored.bytes);
}

/** The bytes, which were compared with their digest, or nothing. @throws HoldfastError `ledger-corrupt` */
export function readBlob(statements: Statements, digest: Digest): Uint8Array | undefined {
  const row = statements.of('SELECT size, coding, bytes FROM blobs WHERE digest = ?').get(digest);
  if (row === undefined) return undefined;
  const bytes = decoded(row['coding'], row['bytes'], Number(row['size']));
  if (bytes === undefined || digestOf(bytes) !== digest) {
    throw new HoldfastError('ledger-corrupt', 'a blob is not what its digest says', { place: digest });
  }
  return bytes;
}

function decoded(coding: unknown, stored: unknown, size: number): Uint8Array | undefined {
  if (!(stored instanceof Uint8Array)) return undefined;
  if (coding === 'plain') return stored;
  try {
    return zstdDecompressSync(stored, { maxOutputLength: Math.min(size, bounds.blobBytes) });
  } catch {
    return undefined;
  }
}
