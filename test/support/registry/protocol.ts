import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Digest, digestOf } from '../../../src/oci/index.ts';
import { etagOf, findManifest, referrersOf, type StoredRepository, storeManifest, subjectOf } from './stored.ts';
import type { RegistrySwitches } from './switches.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly name: string;
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly repository: StoredRepository;
  readonly repositories: (name: string) => StoredRepository;
  readonly switches: RegistrySwitches;
}

/** The distribution protocol (distribution-spec 1.1), as far as a client needs it. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: (name: string) => StoredRepository,
  switches: RegistrySwitches,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://registry');
  const match = /^\/v2\/(.+?)\/(manifests|blobs|referrers|tags)\/(.*)$/.exec(url.pathname);
  if (match === null) return answer(response, url.pathname === '/v2/' ? 200 : 404);
  const [, name = '', kind = '', rest = ''] = match;
  const repository = repositories(name);
  const query = url.searchParams;
  const exchange: Exchange = { request, response, name, rest, query, repository, repositories, switches };
  if (kind === 'manifests') return await manifests(exchange);
  if (kind === 'referrers') return referrers(exchange);
  if (kind === 'tags') return tags(exchange);
  if (rest.startsWith('uploads/')) return await uploads(exchange);
  return blobs(exchange);
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array | string = '',
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}

function failure(response: ServerResponse, status: number, code: string): void {
  answer(
    response,
    status,
    { 'content-type': 'application/json' },
    JSON.stringify({ errors: [{ code, message: code }] }),
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

async function manifests({ request, response, rest, repository, switches }: Exchange): Promise<void> {
  const found = findManifest(repository, rest);
  if (request.method === 'PUT') {
    const bytes = await bodyOf(request);
    const mediaType = request.headers['content-type'] ?? '';
    if (switches.slowPut !== undefined) await sleep(Math.random() * switches.slowPut);
    if (switches.conditional === true) {
      const now = findManifest(repository, rest);
      const wanted = request.headers['if-match'];
      const none = request.headers['if-none-match'] === '*' && now !== undefined;
      if (none || (wanted !== undefined && (now === undefined || etagOf(now.bytes) !== wanted))) {
        return failure(response, 412, 'PRECONDITION_FAILED');
      }
    }
    const digest = storeManifest(repository, rest, { bytes, mediaType });
    const subject = subjectOf(bytes);
    const says = switches.saysSubject ?? (switches.referrers ?? 'api') === 'api';
    const headers = says && subject !== undefined ? { 'oci-subject': subject } : {};
    return answer(response, 201, { 'docker-content-digest': digest, ...headers });
  }
  if (found === undefined) return failure(response, 404, 'MANIFEST_UNKNOWN');
  answer(
    response,
    200,
    { 'content-type': found.mediaType, 'docker-content-digest': found.digest, etag: etagOf(found.bytes) },
    found.bytes,
  );
}

function blobs({ request, response, rest, repository, switches }: Exchange): void {
  const bytes = repository.blobs.get(rest as Digest);
  if (bytes === undefined) return failure(response, 404, 'BLOB_UNKNOWN');
  const range = switches.ranges === false ? null : /^bytes=([0-9]+)-/.exec(request.headers.range ?? '');
  if (request.method === 'HEAD' || range === null) {
    response.writeHead(200, { 'content-length': String(bytes.length), 'content-type': 'application/octet-stream' });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return;
  }
  const start = Number(range[1]);
  const part = bytes.subarray(start);
  answer(response, 206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }, part);
}

async function uploads({ request, response, name, rest, query, repository, repositories }: Exchange): Promise<void> {
  const at = (id: string): string => `/v2/${name}/blobs/uploads/${id}`;
  if (request.method === 'POST') {
    const mounted = repositories(query.get('from') ?? name).blobs.get((query.get('mount') ?? '') as Digest);
    if (mounted !== undefined) {
      repository.blobs.set(digestOf(mounted), mounted);
      return answer(response, 201, { location: `/v2/${name}/blobs/${digestOf(mounted)}` });
    }
    const id = randomUUID();
    repository.uploads.set(id, Buffer.alloc(0));
    return answer(response, 202, { location: `${at(id)}?state=1`, range: '0-0' });
  }
  const id = rest.slice('uploads/'.length);
  const had = repository.uploads.get(id);
  if (had === undefined) return failure(response, 404, 'BLOB_UPLOAD_UNKNOWN');
  const where = { location: `${at(id)}?state=${had.length}`, range: `0-${Math.max(0, had.length - 1)}` };
  if (request.method === 'GET') return answer(response, 204, where);
  let all = had;
  try {
    for await (const part of request as AsyncIterable<Buffer>) all = Buffer.concat([all, part]);
  } finally {
    // What came before a connection broke is kept.
    repository.uploads.set(id, all);
  }
  const range = /^([0-9]+)-([0-9]+)$/.exec(request.headers['content-range'] ?? '');
  if (request.method === 'PATCH') {
    if (range !== null && Number(range[1]) !== had.length) {
      repository.uploads.set(id, had);
      return failure(response, 416, 'BLOB_UPLOAD_INVALID');
    }
    return answer(response, 202, { location: `${at(id)}?state=${all.length}`, range: `0-${all.length - 1}` });
  }
  repository.uploads.delete(id);
  const digest = query.get('digest');
  if (digestOf(all) !== digest) return failure(response, 400, 'DIGEST_INVALID');
  repository.blobs.set(digestOf(all), all);
  answer(response, 201, { location: `/v2/${name}/blobs/${digest}` });
}

function referrers({ request, response, rest, repository, query, switches }: Exchange): void {
  const kind = switches.referrers ?? 'api';
  if (kind === 'none') return failure(response, 404, 'NOT_FOUND');
  const all = kind === 'empty' ? [] : referrersOf(repository, rest);
  const { part, link } = page(all, switches.page, query, (request.url ?? '').split('?')[0] ?? '');
  const body = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: part });
  answer(response, 200, { 'content-type': indexType, ...link }, body);
}

function tags({ request, response, name, repository, query, switches }: Exchange): void {
  if (repository.tags.size === 0) return failure(response, 404, 'NAME_UNKNOWN');
  const all = [...repository.tags.keys()].sort();
  const { part, link } = page(all, switches.page, query, (request.url ?? '').split('?')[0] ?? '');
  answer(response, 200, { 'content-type': 'application/json', ...link }, JSON.stringify({ name, tags: part }));
}

function page<T>(all: readonly T[], size: number | undefined, query: URLSearchParams, path: string) {
  const from = Number(query.get('from') ?? 0);
  const to = from + (size ?? all.length);
  const link: Record<string, string> = to < all.length ? { link: `<${path}?from=${to}>; rel="next"` } : {};
  return { part: all.slice(from, to), link };
}
