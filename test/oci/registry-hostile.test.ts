import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { digestOf, imageFrom, readBlob } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { openAt, reply } from '../support/registry/open.ts';
import { type Intercept, testRegistry } from '../support/registry/server.ts';
import { manifestType, pushArtifact, pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const subject = image.manifest.digest;
const indexType = 'application/vnd.oci.image.index.v1+json';

/** A registry that answers so, and a repository opened on it. */
async function against(intercept: Intercept) {
  const registry = await testRegistry();
  const repository = await openAt(registry.host);
  await pushImage(repository, image, 'latest');
  registry.intercept = intercept;
  // A client that has seen nothing of it yet.
  const victim = await openAt(registry.host);
  return {
    registry,
    victim,
    async [Symbol.asyncDispose]() {
      await victim[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** Answers with a body that never ends. */
function flood(response: ServerResponse, status: number, contentType: string): true {
  response.writeHead(status, { 'content-type': contentType });
  const chunk = Buffer.alloc(1 << 16, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
  return true;
}

function referrerList(count: number): string {
  const manifests = Array.from({ length: count }, (_, index) => ({
    mediaType: manifestType,
    digest: digestOf(Buffer.from(String(index))),
    size: 1,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
}

describe('hostile registry', () => {
  it('endless body: of a manifest, a list of tags, of referrers, an error, a blob', async () => {
    await using here = await against((_request, response) => flood(response, 200, manifestType));
    const { victim } = here;
    assert.equal(await codeOf(victim.resolve('latest', signal)), 'registry-limit');
    assert.equal(await codeOf(victim.tags(signal)), 'registry-limit');
    const bound = { signal, bound: 1 << 20, place: 'blob' };
    assert.equal(await codeOf(readBlob(victim, { digest: subject, size: 1000 }, bound)), 'blob-size');
    here.registry.intercept = (request, response) =>
      request.url?.includes('/referrers/') === true && flood(response, 200, indexType);
    assert.equal(await codeOf(victim.referrers(subject, signal)), 'registry-limit');
    here.registry.intercept = (_request, response) => flood(response, 403, 'application/json');
    assert.equal(await codeOf(victim.resolve('latest', signal)), 'registry-denied');
  });

  it('compressed bomb: what was not asked for packed is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    await using here = await against((request, response) => {
      assert.equal(request.headers['accept-encoding'], 'identity');
      return reply(response, 200, { 'content-type': manifestType, 'content-encoding': 'gzip' }, bomb);
    });
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-malformed');
    const bound = { signal, bound: 1 << 30, place: 'blob' };
    const blob = { digest: digestOf(Buffer.alloc(64 << 20)), size: 64 << 20 };
    assert.equal(await codeOf(readBlob(here.victim, blob, bound)), 'registry-malformed');
  });

  it('ten thousand referrers, in one page and in many', async () => {
    await using here = await against((request, response) => {
      if (request.url?.includes('/referrers/') !== true) return false;
      return reply(response, 200, { 'content-type': indexType }, referrerList(10_000));
    });
    assert.equal(await codeOf(here.victim.referrers(subject, signal)), 'oci-limit');
    let page = 0;
    here.registry.intercept = (request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      if (!path.includes('/referrers/')) return false;
      const link = `<${path}?page=${++page}>; rel="next"`;
      return reply(response, 200, { 'content-type': indexType, link }, referrerList(1000));
    };
    assert.equal(await codeOf(here.victim.referrers(subject, signal)), 'registry-limit');
  });

  it('ten thousand referrers under the fallback tag', async () => {
    await using here = await against((request, response) =>
      request.url?.includes('/referrers/') === true
        ? reply(response, 404, {})
        : reply(response, 200, { 'content-type': indexType }, referrerList(10_000)),
    );
    assert.equal(await codeOf(here.victim.referrers(subject, signal)), 'oci-limit');
  });

  it('deep JSON: in a manifest, a list of referrers, a token', async () => {
    const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
    await using here = await against((_request, response) => reply(response, 200, { 'content-type': indexType }, deep));
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'oci-limit');
    assert.equal(await codeOf(here.victim.referrers(subject, signal)), 'oci-limit');
    assert.equal(await codeOf(here.victim.tags(signal)), 'oci-limit');
  });

  it('malformed lists: a wrong digest, a size that is none, no list at all', async () => {
    for (const entry of [
      { mediaType: manifestType, digest: 'sha256:xyz', size: 1 },
      { mediaType: manifestType, digest: subject, size: -1 },
      { mediaType: manifestType, digest: subject },
      'text',
      null,
    ]) {
      const body = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [entry] });
      await using here = await against(
        (request, response) =>
          request.url?.includes('/referrers/') === true && reply(response, 200, { 'content-type': indexType }, body),
      );
      assert.match(await codeOf(here.victim.referrers(subject, signal)), /^(?:oci|digest)-malformed$/);
    }
  });

  it('pagination loop', async () => {
    await using here = await against((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      const other = request.url?.endsWith('=1') === true ? 2 : 1;
      const headers = { 'content-type': indexType, link: `<${path}?page=${other}>; rel="next"` };
      return reply(response, 200, headers, referrerList(1));
    });
    assert.equal(await codeOf(here.victim.referrers(subject, signal)), 'registry-malformed');
  });

  it('pages without end', async () => {
    let page = 0;
    await using here = await against((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      const headers = { 'content-type': 'application/json', link: `<${path}?page=${++page}>; rel="next"` };
      return reply(response, 200, headers, '{"tags":[]}');
    });
    assert.equal(await codeOf(here.victim.tags(signal)), 'registry-limit');
  });

  it('a Link to another origin, or to another path, is not followed', async () => {
    await using other = await testRegistry();
    for (const link of [`<http://${other.host}/v2/a/b/tags/list?n=2>`, '</v2/private/tags/list>', '<http:>', 'x']) {
      await using here = await against((_request, response) =>
        reply(response, 200, { 'content-type': 'application/json', link: `${link}; rel="next"` }, '{"tags":[]}'),
      );
      assert.equal(await codeOf(here.victim.tags(signal)), 'registry-malformed', link);
    }
    assert.deepEqual(other.requests, []);
  });

  it('lying digest: other bytes for a digest, or a header that says otherwise', async () => {
    const other = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, layers: [] }));
    await using here = await against((request, response) => {
      if (request.url?.includes('/manifests/') !== true) return false;
      return reply(response, 200, { 'content-type': manifestType, 'docker-content-digest': subject }, other);
    });
    assert.equal(await codeOf(here.victim.resolve(subject, signal)), 'digest-mismatch');
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'digest-mismatch');
    here.registry.intercept = (request, response) =>
      request.url?.includes('/blobs/') === true && reply(response, 200, {}, Buffer.alloc(10, 'x'));
    const { mediaType, digest, size } = image.manifest;
    const opened = await imageFrom(here.victim, { mediaType, digest, size, annotations: {} }, { signal }).then(
      () => 'no error',
      (error: { code?: string }) => error.code,
    );
    assert.match(opened ?? '', /^(?:blob-size|digest-mismatch)$/);
  });

  it('a registry that answers one asker differently from the next: what was resolved stays what is read', async () => {
    const evil = buildImage({ layers: [{ files: [file('etc/a', 'evil')] }] });
    const bytes = evil.blobs.get(evil.manifest.digest) ?? Buffer.alloc(0);
    let asked = 0;
    await using here = await against((request, response) => {
      if (request.url?.includes('/manifests/') !== true || ++asked === 1) return false;
      return reply(response, 200, { 'content-type': manifestType }, bytes);
    });
    const resolved = await here.victim.resolve('latest', signal);
    assert.equal(resolved.digest, subject);
    // By the digest, and by a client that remembers nothing.
    assert.equal((await here.victim.resolve(resolved.digest, signal)).digest, subject);
    await using forgetful = await openAt(here.registry.host);
    assert.equal(await codeOf(forgetful.resolve(resolved.digest, signal)), 'digest-mismatch');
    assert.equal((await forgetful.resolve('latest', signal)).digest, evil.manifest.digest);
  });

  it('type confusion: a header that says another type than the document', async () => {
    const bytes = image.blobs.get(subject) ?? Buffer.alloc(0);
    await using here = await against((_request, response) =>
      reply(response, 200, { 'content-type': indexType }, bytes),
    );
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-malformed');
  });

  it('429 forever, with and without Retry-After', async () => {
    for (const headers of [{}, { 'retry-after': '86400' }, { 'retry-after': '0' }, { 'retry-after': 'soon' }]) {
      let asked = 0;
      await using here = await against((_request, response) => {
        asked++;
        return reply(response, 429, headers);
      });
      assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-throttled');
      assert.ok(asked <= 16, `asked ${asked} times`);
    }
  });

  it('black hole: takes the connection and says nothing', async () => {
    await using here = await against(() => true);
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-unreachable');
  });

  it('black hole: says nothing, and the caller goes away', async () => {
    await using here = await against(() => true);
    const controller = new AbortController();
    const asked = here.victim.resolve('latest', controller.signal);
    const reason = new Error('deadline');
    setTimeout(() => controller.abort(reason), 50);
    await assert.rejects(asked, (error) => error === reason);
  });

  it('slow drip: a byte now and then ends by the time for the whole', async () => {
    await using here = await against((_request, response) => {
      response.writeHead(200, { 'content-type': manifestType });
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
      return true;
    });
    assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-unreachable');
    await using impatient = await openAt(here.registry.host, { registryLimits: { answerMillis: 300 } });
    const bound = { signal, bound: 1 << 20, place: 'blob' };
    assert.equal(await codeOf(readBlob(impatient, { digest: subject, size: 1000 }, bound)), 'registry-unreachable');
  });

  it('redirects without end, to no web address, and with a password in it', async () => {
    for (const location of [
      '/v2/a/b/manifests/latest',
      'file:///etc/passwd',
      'http://user:secret@127.0.0.1:1/',
      'http://[',
    ]) {
      await using here = await against((_request, response) => reply(response, 307, { location }));
      assert.equal(await codeOf(here.victim.resolve('latest', signal)), 'registry-redirect', location);
    }
  });

  it('an upload is not sent where the registry says without an address, or with a password in it', async () => {
    for (const headers of [{}, { location: 'ftp://127.0.0.1/x' }, { location: 'http://u:p@127.0.0.1:1/x' }]) {
      await using here = await against(
        (request, response) => request.method === 'POST' && reply(response, 202, headers),
      );
      const push = pushArtifact(here.victim, image.manifest, 'application/x', 'one');
      assert.equal(await codeOf(push), 'registry-malformed');
    }
  });

  it('a registry that stores another digest than it was sent is not believed', async () => {
    await using here = await against(
      (request, response) =>
        request.method === 'PUT' &&
        request.url?.includes('/manifests/') === true &&
        reply(response, 201, { 'docker-content-digest': digestOf(Buffer.from('other')) }),
    );
    const push = pushArtifact(here.victim, image.manifest, 'application/x', 'one');
    assert.equal(await codeOf(push), 'digest-mismatch');
  });

  it('a fallback tag that is an image, or the subject itself, is not a list, and is not written over', async () => {
    await using registry = await testRegistry({ referrers: 'none' });
    await using repository = await openAt(registry.host);
    await pushImage(repository, image, `sha256-${subject.slice(7)}`);
    assert.deepEqual(await repository.referrers(subject, signal), []);
    const other = buildImage({ layers: [{ files: [file('etc/b', 'b')] }] });
    await pushImage(repository, other, `sha256-${subject.slice(7)}`);
    assert.deepEqual(await repository.referrers(subject, signal), []);
    const push = pushArtifact(repository, image.manifest, 'application/x', 'one');
    assert.equal(await codeOf(push), 'registry-conflict');
    assert.equal((await repository.resolve(`sha256-${subject.slice(7)}`, signal)).digest, other.manifest.digest);
  });
});
