import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Digest, digestOf, type Repository, readBlob } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { openAt, reply } from '../support/registry/open.ts';
import { type Intercept, type TestRegistry, testRegistry } from '../support/registry/server.ts';
import type { RegistrySwitches } from '../support/registry/switches.ts';
import { blobOf, manifestType, pushArtifact, pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const large = randomBytes(1 << 20);
const blob = blobOf(large);
const bound = { signal, bound: 1 << 21, place: 'blob' };

/** A registry with `large` in it, and a repository that has seen nothing of it. */
async function started(switches: RegistrySwitches = {}) {
  const registry = await testRegistry(switches);
  const repository = await openAt(registry.host, { registryLimits: { chunkBytes: 100_000, resumes: 4 } });
  registry.repository('a/b').blobs.set(blob.digest, large);
  return {
    registry,
    repository,
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** Sends some of what was asked for and breaks the connection. */
function breaking(times: number, bytes: number): { readonly intercept: Intercept; readonly ranges: string[] } {
  const ranges: string[] = [];
  return {
    ranges,
    intercept: (request, response) => {
      if (request.method !== 'GET' || request.url?.includes('/blobs/') !== true) return false;
      ranges.push(request.headers.range ?? 'none');
      if (ranges.length > times) return false;
      const start = Number(/^bytes=([0-9]+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = { 'content-length': String(large.length - start) };
      const ranged = { ...headers, 'content-range': `bytes ${start}-${large.length - 1}/${large.length}` };
      response.writeHead(start === 0 ? 200 : 206, start === 0 ? headers : ranged);
      response.write(large.subarray(start, start + bytes), () => response.destroy());
      return true;
    },
  };
}

describe('a blob whose connection breaks', () => {
  it('goes on where it broke', async () => {
    await using here = await started();
    const { intercept, ranges } = breaking(3, 200_000);
    here.registry.intercept = intercept;
    assert.deepEqual(await readBlob(here.repository, blob, bound), large);
    assert.equal(ranges.length, 4);
    assert.equal(ranges[0], 'none');
    for (const range of ranges.slice(1)) assert.match(range, /^bytes=[1-9][0-9]*-1048575$/);
  });

  it('where the server knows no ranges it is read again and what was had is dropped', async () => {
    await using here = await started({ ranges: false });
    here.registry.intercept = breaking(1, 200_000).intercept;
    assert.deepEqual(await readBlob(here.repository, blob, bound), large);
  });

  it('that breaks each time is given up', async () => {
    await using here = await started();
    const { intercept, ranges } = breaking(Number.POSITIVE_INFINITY, 1000);
    here.registry.intercept = intercept;
    assert.equal(await codeOf(readBlob(here.repository, blob, bound)), 'registry-unreachable');
    assert.equal(ranges.length, 5);
  });

  it('a server that goes on with another part is not believed', async () => {
    await using here = await started();
    const first = breaking(1, 200_000).intercept;
    here.registry.intercept = (request, response) => {
      if (request.headers.range === undefined) return first(request, response);
      return reply(response, 206, { 'content-range': `bytes 0-9/${large.length}` }, large.subarray(0, 10));
    };
    assert.equal(await codeOf(readBlob(here.repository, blob, bound)), 'registry-malformed');
  });

  it('one that is cut short without a word is too short', async () => {
    await using here = await started();
    here.registry.intercept = (_request, response) => reply(response, 200, {}, large.subarray(0, 1000));
    assert.equal(await codeOf(readBlob(here.repository, blob, bound)), 'blob-size');
  });

  it('ends with the caller', async () => {
    await using here = await started();
    here.registry.intercept = (_request, response) => {
      response.writeHead(200, { 'content-length': String(large.length) });
      response.write(large.subarray(0, 1000));
      return true;
    };
    const reason = new Error('called off');
    const controller = new AbortController();
    const reading = readBlob(here.repository, blob, { ...bound, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await assert.rejects(reading, (error) => error === reason);
  });
});

describe('a registry that fails for a moment', () => {
  it('is asked again after 5xx, after a broken connection, and when it says so', async () => {
    for (const fail of [
      (_request, response) => reply(response, 502, {}),
      (_request, response) => reply(response, 503, { 'retry-after': '0' }),
      (_request, response) => reply(response, 429, { 'retry-after': new Date().toUTCString() }),
      (request) => {
        request.socket.destroy();
        return true;
      },
    ] satisfies readonly Intercept[]) {
      await using here = await started();
      await pushImage(here.repository, image, 'latest');
      let count = 0;
      here.registry.intercept = (request, response) => (++count === 1 ? fail(request, response) : false);
      assert.equal((await here.repository.resolve('latest', signal)).digest, image.manifest.digest);
    }
  });

  it('for good is unreachable', async () => {
    await using here = await started();
    here.registry.intercept = (_request, response) => reply(response, 500, {}, '{"errors":[{"code":"UNKNOWN"}]}');
    assert.equal(await codeOf(here.repository.resolve('latest', signal)), 'registry-unreachable');
    assert.equal(await codeOf(here.repository.referrers(image.manifest.digest, signal)), 'registry-unreachable');
  });

  it('that is not there is unreachable', async () => {
    const registry = await testRegistry();
    await registry[Symbol.asyncDispose]();
    await using repository = await openAt(registry.host);
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unreachable');
  });

  it('a referrers API that fails is no empty list, whatever the fallback tag has', async () => {
    await using here = await started();
    await pushImage(here.repository, image, 'latest');
    for (const status of [401, 403, 500]) {
      here.registry.intercept = (request, response) =>
        request.url?.includes('/referrers/') === true && reply(response, status, {});
      assert.notEqual(await codeOf(here.repository.referrers(image.manifest.digest, signal)), 'no error');
    }
  });
});

/** Pushes and says how often each method was used on uploads. */
async function push(registry: TestRegistry, repository: Repository, bytes: Buffer): Promise<Record<string, number>> {
  const before = registry.requests.length;
  assert.equal(await repository.pushBlob(blobOf(bytes), bytes, signal), 'pushed');
  assert.deepEqual(registry.repository('a/b').blobs.get(digestOf(bytes)), bytes);
  const methods = registry.requests.slice(before).filter((one) => one.url.includes('/uploads/'));
  return Object.fromEntries(
    Object.entries(Object.groupBy(methods, (one) => one.method)).map(([k, v]) => [k, v?.length ?? 0]),
  );
}

describe('uploads', () => {
  it('small ones in one piece, large ones in chunks', async () => {
    await using here = await started();
    assert.deepEqual(await push(here.registry, here.repository, randomBytes(1000)), { POST: 1, PUT: 1 });
    assert.deepEqual(await push(here.registry, here.repository, randomBytes(250_000)), { POST: 1, PATCH: 3, PUT: 1 });
    assert.deepEqual(await push(here.registry, here.repository, Buffer.alloc(0)), { POST: 1, PUT: 1 });
  });

  it('a chunk that broke goes on where the registry has it', async () => {
    await using here = await started();
    let broken = 0;
    here.registry.intercept = async (request) => {
      if (request.method !== 'PATCH' || broken++ !== 1) return false;
      const id = /uploads\/([^?]+)/.exec(request.url ?? '')?.[1] ?? '';
      const uploads = here.registry.repository('a/b').uploads;
      let kept = uploads.get(id) ?? Buffer.alloc(0);
      for await (const part of request as AsyncIterable<Buffer>) {
        kept = Buffer.concat([kept, part.subarray(0, 30_000)]);
        break;
      }
      uploads.set(id, kept);
      request.socket.destroy();
      return true;
    };
    const methods = await push(here.registry, here.repository, randomBytes(450_000));
    assert.equal(methods['GET'], 1);
    assert.equal(methods['POST'], 1);
  });

  it('a stream is opened once for all chunks, and anew only to go back', async () => {
    await using here = await started();
    const bytes = randomBytes(450_000);
    let opened = 0;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      opened++;
      for (let at = 0; at < bytes.length; at += 7919) yield await Promise.resolve(bytes.subarray(at, at + 7919));
    };
    assert.equal(await here.repository.pushBlob(blobOf(bytes), content, signal), 'pushed');
    assert.equal(opened, 1);
    assert.deepEqual(here.registry.repository('a/b').blobs.get(digestOf(bytes)), bytes);
  });

  it('one in one piece that broke is begun anew', async () => {
    await using here = await started();
    let broken = 0;
    here.registry.intercept = (request) => {
      if (request.method !== 'PUT' || broken++ > 0) return false;
      request.socket.destroy();
      return true;
    };
    assert.deepEqual(await push(here.registry, here.repository, randomBytes(1000)), { POST: 2, PUT: 2 });
  });

  it('content longer, shorter or other than announced, in chunks: nothing is stored, and the reason is said', async () => {
    await using here = await started();
    const bytes = randomBytes(250_000);
    const digest: Digest = digestOf(bytes);
    const cases = [
      ['blob-size', Buffer.concat([bytes, bytes])],
      ['blob-size', bytes.subarray(0, 120_000)],
      ['digest-mismatch', randomBytes(250_000)],
    ] as const;
    for (const [code, content] of cases) {
      assert.equal(await codeOf(here.repository.pushBlob({ digest, size: bytes.length }, content, signal)), code);
    }
    assert.equal(here.registry.repository('a/b').blobs.get(digest), undefined);
  });

  it('one that is refused says what the registry said', async () => {
    await using here = await started();
    here.registry.intercept = (request, response) =>
      request.method === 'PUT' && reply(response, 400, {}, '{"errors":[{"code":"SIZE_INVALID","message":"too big"}]}');
    await assert.rejects(
      here.repository.pushBlob(blobOf(Buffer.from('x')), Buffer.from('x'), signal),
      /SIZE_INVALID too big/,
    );
    const artifact = pushArtifact(here.repository, image.manifest, 'application/x', 'x');
    assert.equal(await codeOf(artifact), 'registry-refused');
  });
});

describe('the fallback tag', () => {
  it('keeps what others wrote in it as they wrote it', async () => {
    await using here = await started({ referrers: 'none' });
    const theirs = {
      mediaType: manifestType,
      digest: digestOf(large),
      size: 7,
      artifactType: 'x/y',
      data: 'e30=',
      annotations: { a: 'b' },
    };
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [theirs],
      annotations: { k: 'v' },
    };
    const tag = `sha256-${image.manifest.digest.slice(7)}`;
    await here.repository.pushManifest(
      { bytes: Buffer.from(JSON.stringify(index)), mediaType: index.mediaType, tag },
      signal,
    );
    const ours = await pushArtifact(here.repository, image.manifest, 'application/x', 'one');
    const now = JSON.parse(Buffer.from((await here.repository.manifest(tag, signal)).bytes).toString()) as typeof index;
    assert.deepEqual(now.annotations, index.annotations);
    assert.deepEqual(now.manifests[0], theirs);
    assert.equal(now.manifests[1]?.digest, ours.digest);
    assert.equal(now.manifests[1]?.artifactType, 'application/x');
  });

  it('a writer that lost its entry to another who saw an older list writes it anew', async () => {
    await using here = await started({ referrers: 'none' });
    const tag = `sha256-${image.manifest.digest.slice(7)}`;
    const store = here.registry.repository('a/b');
    let overwritten = 0;
    here.registry.intercept = (request) => {
      // After our first write somebody without our care writes a list without us.
      if (
        request.method === 'GET' &&
        request.url?.endsWith(tag) === true &&
        store.tags.has(tag) &&
        overwritten++ === 0
      ) {
        const bytes = Buffer.from(
          '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
        );
        store.manifests.set(digestOf(bytes), { bytes, mediaType: 'application/vnd.oci.image.index.v1+json' });
        store.tags.set(tag, digestOf(bytes));
      }
      return false;
    };
    const ours = await pushArtifact(here.repository, image.manifest, 'application/x', 'one');
    assert.equal(overwritten > 1, true);
    const found = await here.repository.referrers(image.manifest.digest, signal);
    assert.deepEqual(
      found.map((one) => one.digest),
      [ours.digest],
    );
  });

  it('that others win each time is a conflict, not a loop', async () => {
    await using here = await started({ referrers: 'none' });
    await using repository = await openAt(here.registry.host, { registryLimits: { tagAttempts: 3 } });
    here.registry.intercept = (request, response) =>
      request.method === 'PUT' && request.url?.includes('/manifests/sha256-') === true && reply(response, 412, {});
    const pushing = pushArtifact(repository, image.manifest, 'application/x', 'one');
    assert.equal(await codeOf(pushing), 'registry-conflict');
  });
});
