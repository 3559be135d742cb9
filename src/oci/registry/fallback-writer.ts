import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../digest.ts';
import { ociLimits } from '../limits.ts';
import { fallbackTag, parseReferrers, withReferrers } from '../referrer-list.ts';
import type { Referrer } from '../repository.ts';
import { discard, refusal } from './answer.ts';
import type { BlobAddress } from './download.ts';
import { fetchManifest, type ReceivedManifest } from './manifests.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
/** Times a write took until it is looked at again: another writer that began before it has ended by then. */
const settleFactor = 4;
const leastSettle = 50;
const mostSettle = 2000;

interface Waiting {
  readonly referrer: Referrer;
  readonly done: (error?: unknown) => void;
}

/** Lists manifests under the fallback tag of their subject. */
export interface FallbackWriter {
  /** @throws HoldfastError `registry-conflict`, `oci-limit`, `oci-malformed` */
  add(subject: Digest, referrer: Referrer, signal: AbortSignal): Promise<void>;
}

/**
 * Two writers of one tag must lose nothing. Who writes says which version it read (`If-Match`), and registries that heed
 * that refuse the later one. Others take both, so each looks again once the other must have ended, and writes anew what was
 * lost. Writers of this process wait for one another and write together.
 */
export function openFallbackWriter(address: BlobAddress): FallbackWriter {
  const queues = new Map<Digest, Waiting[]>();

  async function drain(subject: Digest, queue: Waiting[], signal: AbortSignal): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      const error = await write(
        address,
        subject,
        batch.map((one) => one.referrer),
        signal,
      ).then(
        () => undefined,
        (failure: unknown) => failure ?? new HoldfastError('internal', 'failed for no reason'),
      );
      for (const one of batch) one.done(error);
    }
    queues.delete(subject);
  }

  async function add(subject: Digest, referrer: Referrer, signal: AbortSignal): Promise<void> {
    const queue = queues.get(subject);
    const failure = await new Promise<unknown>((done) => {
      if (queue !== undefined) queue.push({ referrer, done });
      else {
        const first = [{ referrer, done }];
        queues.set(subject, first);
        void drain(subject, first, signal);
      }
    });
    signal.throwIfAborted();
    if (failure === undefined) return;
    // The one that wrote for both was called off, and this one was not.
    if (queue === undefined || failure instanceof HoldfastError) throw failure;
    await add(subject, referrer, signal);
  }

  return { add };
}

async function write(
  address: BlobAddress,
  subject: Digest,
  added: readonly Referrer[],
  signal: AbortSignal,
): Promise<void> {
  const { limits, host } = address.connection;
  const place = `${host}/${address.repository}:${fallbackTag(subject)}`;
  for (let attempt = 1; attempt <= limits.tagAttempts; attempt++) {
    const began = performance.now();
    const current = await fetchManifest(address, fallbackTag(subject), signal);
    const list = listIn(current, subject, place);
    const bytes = withReferrers(list?.bytes, added, place);
    if (bytes === undefined) return;
    const written = await put(address, subject, bytes, current, signal);
    const took = performance.now() - began;
    if (!written) {
      await sleep(Math.random() * took * attempt, undefined, { signal });
      continue;
    }
    const settle = Math.min(mostSettle, Math.max(leastSettle, settleFactor * took)) * (1 + Math.random());
    await sleep(settle, undefined, { signal });
    const now = listIn(await fetchManifest(address, fallbackTag(subject), signal), subject, place);
    const there = new Set(
      now === undefined ? [] : parseReferrers(now.bytes, 'tag', place, ociLimits.manifests).map((one) => one.digest),
    );
    if (added.every((one) => there.has(one.digest))) return;
  }
  throw new HoldfastError('registry-conflict', `others wrote it ${limits.tagAttempts} times meanwhile`, { place });
}

/** What is not a list of attached manifests is nobody's to write over. */
function listIn(current: ReceivedManifest | undefined, subject: Digest, place: string): ReceivedManifest | undefined {
  if (current === undefined || current.descriptor.digest === subject) return undefined;
  if (current.descriptor.mediaType === indexType) return current;
  throw new HoldfastError('registry-conflict', `is a ${current.descriptor.mediaType.slice(0, 100)} and no list`, {
    place,
  });
}

/** false = the registry says that somebody else wrote it meanwhile. */
async function put(
  address: BlobAddress,
  subject: Digest,
  bytes: Uint8Array,
  current: ReceivedManifest | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { connection, repository, scopes } = address;
  const condition: Record<string, string> =
    current === undefined ? { 'if-none-match': '*' } : current.etag === undefined ? {} : { 'if-match': current.etag };
  const answer = await connection.ask({
    method: 'PUT',
    target: `/v2/${repository}/manifests/${fallbackTag(subject)}`,
    headers: { 'content-type': indexType, ...condition },
    body: bytes,
    scopes,
    repeatable: true,
    signal,
  });
  if (answer.status === 412 || answer.status === 409) {
    discard(answer);
    return false;
  }
  if (answer.status !== 201 && answer.status !== 200 && answer.status !== 202) {
    throw await refusal(answer, connection.limits, signal);
  }
  discard(answer);
  return true;
}
