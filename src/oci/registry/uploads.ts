import { HoldfastError } from '../../errors/index.ts';
import type { Expected } from '../blobs.ts';
import { openContent, type Slices, slicesOf } from '../content.ts';
import type { BlobContent } from '../repository.ts';
import { type Answer, discard, headerOf, placeOf, refusal } from './answer.ts';
import type { BlobAddress } from './download.ts';

interface Upload {
  readonly address: BlobAddress;
  readonly blob: Expected;
  readonly content: BlobContent;
  readonly signal: AbortSignal;
  readonly place: string;
}

/**
 * Pushes a blob that is not there yet (distribution-spec 1.1, "Pushing Blobs"): mounted where another repository has it,
 * in one piece where it is small, else in chunks that go on where a connection broke.
 * @throws HoldfastError `registry-refused`, `registry-malformed`, `registry-unreachable`, `blob-size`, `digest-mismatch`
 */
export async function uploadBlob(
  address: BlobAddress,
  blob: Expected,
  content: BlobContent,
  signal: AbortSignal,
  mountFrom: string | undefined,
): Promise<'pushed' | 'mounted'> {
  const place = `${address.connection.host}/${address.repository}, blob ${blob.digest}`;
  const upload: Upload = { address, blob, content, signal, place };
  const { limits } = address.connection;
  for (let attempt = 1; ; attempt++) {
    const opened = await begin(upload, attempt === 1 ? mountFrom : undefined);
    if (opened === 'mounted') return opened;
    try {
      if (blob.size <= limits.chunkBytes) await pushWhole(upload, opened.location);
      else await pushChunks(upload, opened.location, Math.max(opened.leastChunk, limits.chunkBytes));
      return 'pushed';
    } catch (error) {
      // A whole new upload, where the old one is beyond saving.
      const lost = error instanceof HoldfastError && error.code === 'registry-unreachable';
      if (!lost || attempt >= limits.attempts || signal.aborted) throw error;
    }
  }
}

interface Session {
  readonly location: URL;
  readonly leastChunk: number;
}

async function begin(upload: Upload, mountFrom: string | undefined): Promise<Session | 'mounted'> {
  const { connection, repository, scopes } = upload.address;
  const query =
    mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: upload.blob.digest, from: mountFrom }).toString()}`;
  const answer = await connection.ask({
    method: 'POST',
    target: `/v2/${repository}/blobs/uploads/${query}`,
    headers: { 'content-length': '0' },
    scopes: mountFrom === undefined ? scopes : [...scopes, `repository:${mountFrom}:pull`],
    // A session that nobody uses is thrown away by the registry.
    repeatable: true,
    signal: upload.signal,
  });
  if (answer.status === 201 && mountFrom !== undefined) {
    discard(answer);
    return 'mounted';
  }
  if (answer.status !== 202) throw await refusal(answer, connection.limits, upload.signal);
  discard(answer);
  const least = headerOf(answer, 'oci-chunk-min-length') ?? '';
  return { location: locationOf(answer), leastChunk: /^[0-9]{1,10}$/.test(least) ? Number(least) : 0 };
}

/** Where the upload goes on. Credentials go there only where it is the registry itself. */
function locationOf(answer: Answer): URL {
  const place = placeOf(answer.url);
  const text = headerOf(answer, 'location') ?? '';
  const url = text !== '' && URL.canParse(text, answer.url.href) ? new URL(text, answer.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new HoldfastError('registry-malformed', 'an upload without a place to go', { place });
  }
  if (answer.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new HoldfastError('registry-redirect', `wants an upload without TLS, ${placeOf(url)}`, { place });
  }
  return url;
}

function closing(location: URL, upload: Upload): URL {
  const url = new URL(location);
  url.searchParams.append('digest', upload.blob.digest);
  return url;
}

async function pushWhole(upload: Upload, location: URL): Promise<void> {
  const { connection, scopes } = upload.address;
  const { blob, content, signal, place } = upload;
  let broken: unknown;
  const open = (): AsyncIterable<Uint8Array> =>
    noting(openContent(content, blob, place, signal), (error) => {
      broken = error;
    });
  const answer = await connection
    .ask({
      method: 'PUT',
      target: closing(location, upload),
      headers: { 'content-type': 'application/octet-stream' },
      body: { length: blob.size, open },
      scopes,
      repeatable: false,
      signal,
    })
    // What was wrong with the content says more than the connection that it broke.
    .catch((error: unknown) => {
      throw broken ?? error;
    });
  await requireCreated(answer, upload);
}

async function* noting<T>(chunks: AsyncIterable<T>, note: (error: unknown) => void): AsyncGenerator<T, void, void> {
  try {
    yield* chunks;
  } catch (error) {
    note(error);
    throw error;
  }
}

async function requireCreated(answer: Answer, upload: Upload): Promise<void> {
  if (answer.status !== 201 && answer.status !== 204) {
    throw await refusal(answer, upload.address.connection.limits, upload.signal);
  }
  discard(answer);
}

async function pushChunks(upload: Upload, first: URL, chunkBytes: number): Promise<void> {
  const { connection, scopes } = upload.address;
  const { blob, content, signal, place } = upload;
  await using slices = slicesOf(() => openContent(content, blob, place, signal));
  let location = first;
  let sent = 0;
  let broken = 0;
  while (sent < blob.size) {
    const end = Math.min(blob.size, sent + chunkBytes);
    try {
      location = await pushChunk(upload, slices, location, sent, end);
      sent = end;
    } catch (error) {
      const lost = error instanceof HoldfastError && error.code === 'registry-unreachable';
      if (!lost || ++broken > connection.limits.resumes || signal.aborted) throw error;
      ({ location, sent } = await whereItBroke(upload, location, sent));
    }
  }
  const answer = await connection.ask({
    method: 'PUT',
    target: closing(location, upload),
    headers: { 'content-length': '0' },
    scopes,
    repeatable: false,
    signal,
  });
  await requireCreated(answer, upload);
}

async function pushChunk(upload: Upload, slices: Slices, location: URL, start: number, end: number): Promise<URL> {
  const { connection, scopes } = upload.address;
  const { blob, signal } = upload;
  let broken: unknown;
  const open = (): AsyncIterable<Uint8Array> =>
    noting(slices.part(start, end, end === blob.size), (error) => {
      broken = error;
    });
  const answer = await connection
    .ask({
      method: 'PATCH',
      target: location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${start}-${end - 1}` },
      body: { length: end - start, open },
      scopes,
      repeatable: false,
      signal,
    })
    .catch((error: unknown) => {
      throw broken ?? error;
    });
  if (answer.status !== 202) throw await refusal(answer, connection.limits, signal);
  discard(answer);
  return locationOf(answer);
}

/** What the registry kept of a broken upload (distribution-spec 1.1, "Pushing a blob in chunks", 416 and GET). */
async function whereItBroke(
  upload: Upload,
  location: URL,
  sent: number,
): Promise<{ readonly location: URL; readonly sent: number }> {
  const { connection, scopes } = upload.address;
  const answer = await connection.ask({
    method: 'GET',
    target: location,
    scopes,
    repeatable: true,
    signal: upload.signal,
  });
  if (answer.status !== 204 && answer.status !== 202) throw await refusal(answer, connection.limits, upload.signal);
  discard(answer);
  const last = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(headerOf(answer, 'range') ?? '')?.[1];
  const kept = last === undefined || (last === '0' && sent === 0) ? 0 : Number(last) + 1;
  if (kept > upload.blob.size) {
    throw new HoldfastError('registry-malformed', 'has more of an upload than was sent', {
      place: placeOf(answer.url),
    });
  }
  return { location: headerOf(answer, 'location') === undefined ? location : locationOf(answer), sent: kept };
}
