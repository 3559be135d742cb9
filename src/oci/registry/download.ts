import { HoldfastError } from '../../errors/index.ts';
import { type Digest, hexOf } from '../digest.ts';
import { missingBlob } from '../layout/read.ts';
import { type Answer, abandon, asUnreachable, discard, headerOf, placeOf, refusal, requireIdentity } from './answer.ts';
import type { Connection } from './connection.ts';
import type { RegistryLimits } from './limits.ts';

export interface BlobAddress {
  readonly connection: Connection;
  readonly repository: string;
  readonly scopes: readonly string[];
}

function targetOf(address: BlobAddress, digest: Digest): string {
  return `/v2/${address.repository}/blobs/sha256:${hexOf(digest)}`;
}

/** Bytes of a blob by HEAD; undefined = not there. */
export async function blobSize(address: BlobAddress, digest: Digest, signal: AbortSignal): Promise<number | undefined> {
  const { connection, scopes } = address;
  const target = targetOf(address, digest);
  const answer = await connection.ask({ method: 'HEAD', target, scopes, repeatable: true, signal });
  if (answer.status === 404) {
    discard(answer);
    return undefined;
  }
  if (answer.status !== 200) throw await refusal(answer, connection.limits, signal);
  discard(answer);
  const length = headerOf(answer, 'content-length') ?? '';
  if (/^[0-9]{1,15}$/.test(length)) return Number(length);
  throw new HoldfastError('registry-malformed', 'does not say how long a blob is', { place: placeOf(answer.url) });
}

/**
 * A blob's bytes as the registry has them. Where the connection breaks it goes on from there (RFC 9110, 14), a bounded
 * number of times; where a server knows no ranges, what was had before is read again and dropped.
 */
export async function* readRegistryBlob(
  address: BlobAddress,
  digest: Digest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { limits } = address.connection;
  const started = performance.now();
  let had = 0;
  let total: number | undefined;
  for (let resumes = 0; ; resumes++) {
    const answer = await openFrom(address, digest, had, total, signal);
    const place = placeOf(answer.url);
    let drop = answer.status === 206 ? 0 : had;
    if (answer.status === 200) total = lengthOf(answer) ?? total;
    try {
      requireIdentity(answer);
      for await (const part of answer.body as AsyncIterable<Buffer>) {
        requirePace(had + part.length, started, limits, place);
        if (drop >= part.length) {
          drop -= part.length;
          continue;
        }
        const fresh = drop === 0 ? part : part.subarray(drop);
        drop = 0;
        had += fresh.length;
        yield fresh;
      }
      return;
    } catch (error) {
      // Nothing was lost but the end of the connection.
      if (total !== undefined && had === total) return;
      const lost = asUnreachable(error, place, signal);
      if (lost === error || resumes >= limits.resumes) throw lost;
    } finally {
      abandon(answer);
    }
  }
}

async function openFrom(
  address: BlobAddress,
  digest: Digest,
  had: number,
  total: number | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const { connection, scopes } = address;
  const target = targetOf(address, digest);
  const range = had === 0 ? {} : { range: `bytes=${had}-${total === undefined ? '' : total - 1}` };
  const answer = await connection.ask({ method: 'GET', target, headers: range, scopes, repeatable: true, signal });
  if (answer.status === 200) return answer;
  if (answer.status === 206 && had > 0) {
    const first = /^bytes ([0-9]{1,15})-/.exec(headerOf(answer, 'content-range') ?? '')?.[1];
    if (Number(first) === had) return answer;
    discard(answer);
    throw new HoldfastError('registry-malformed', 'sends another part of a blob than was asked for', {
      place: placeOf(answer.url),
    });
  }
  if (answer.status === 404) {
    discard(answer);
    throw missingBlob(digest, `${connection.host}/${address.repository}`);
  }
  throw await refusal(answer, connection.limits, signal);
}

function lengthOf(answer: Answer): number | undefined {
  const text = headerOf(answer, 'content-length') ?? '';
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A server that sends a byte now and then would hold us for ever. */
function requirePace(had: number, started: number, limits: RegistryLimits, place: string): void {
  const millis = performance.now() - started - limits.answerMillis;
  if (millis > 0 && had * 1000 < millis * limits.blobBytesPerSecond) {
    throw new HoldfastError('registry-unreachable', `sends less than ${limits.blobBytesPerSecond} bytes a second`, {
      place,
    });
  }
}
