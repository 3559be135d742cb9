import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { digestOf, readBlob } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { testAuthority } from '../support/registry/certificates.ts';
import { failureOf, openAt, reply } from '../support/registry/open.ts';
import { testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
after(() => rmSync(scratch, { recursive: true }));

const authority = testAuthority(scratch, 'ours');
const stranger = testAuthority(scratch, 'strangers');
const server = authority.issue('registry', 'subjectAltName=IP:127.0.0.1,DNS:registry.example');
const client = authority.issue('client', 'extendedKeyUsage=clientAuth');
const password = { kind: 'password', username: 'user', password: 'hunter2-secret' } as const;

describe('TLS', () => {
  it('a registry with a certificate of one’s own authority is trusted when told so, and only then', async () => {
    await using registry = await testRegistry({ tls: server });
    await using trusting = await openAt(registry.host, { ca: authority.cert });
    await pushImage(trusting, image, 'latest');
    assert.equal((await trusting.resolve('latest', signal)).digest, image.manifest.digest);
    const before = registry.requests.length;
    await using usual = await openAt(registry.host, { credentials: password });
    assert.equal(await codeOf(usual.resolve('latest', signal)), 'registry-unreachable');
    await using wrong = await openAt(registry.host, { ca: stranger.cert });
    assert.equal(await codeOf(wrong.resolve('latest', signal)), 'registry-unreachable');
    // Nor was it asked without TLS, though it is on loopback.
    assert.equal(registry.requests.length, before);
  });

  it('a certificate for another name is refused', async () => {
    const other = authority.issue('other', 'subjectAltName=DNS:registry.example');
    await using registry = await testRegistry({ tls: other });
    await using repository = await openAt(registry.host, { ca: authority.cert });
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unreachable');
  });

  it('a client certificate is shown to the registry and to nobody else', async () => {
    await using registry = await testRegistry({ tls: { ...server, ca: authority.cert } });
    const identity = { clientCertificate: { certificate: client.cert, key: client.key } };
    await using known = await openAt(registry.host, { ca: authority.cert, ...identity });
    await pushImage(known, image, 'latest');
    await using unknown = await openAt(registry.host, { ca: authority.cert });
    assert.equal(await codeOf(unknown.resolve('latest', signal)), 'registry-unreachable');

    // The storage it redirects to asks for a certificate too, and gets none.
    await using storage = await testRegistry({ tls: { ...server, ca: authority.cert } });
    registry.intercept = (request, response) =>
      request.method === 'GET' &&
      request.url?.includes('/blobs/') === true &&
      reply(response, 307, { location: `https://${storage.host}/x` });
    const blob = { digest: digestOf(Buffer.from('x')), size: 1 };
    const reading = readBlob(known, blob, { signal, bound: 10, place: 'blob' });
    assert.equal(await codeOf(reading), 'registry-unreachable');
    assert.deepEqual(storage.requests, []);
  });

  it('a redirect, an upload or a realm out of TLS is refused', async () => {
    await using registry = await testRegistry({ tls: server });
    await using clear = await testRegistry();
    await using repository = await openAt(registry.host, { ca: authority.cert, credentials: password });
    registry.intercept = (_request, response) => reply(response, 307, { location: `http://${clear.host}/v2/a/b/x` });
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-redirect');
    registry.intercept = (request, response) =>
      request.method === 'POST' && reply(response, 202, { location: `http://${clear.host}/upload` });
    const bytes = Buffer.from('x');
    const push = repository.pushBlob({ digest: digestOf(bytes), size: 1 }, bytes, signal);
    assert.equal(await codeOf(push), 'registry-redirect');
    registry.intercept = (_request, response) =>
      reply(response, 401, { 'www-authenticate': `Bearer realm="http://${clear.host}/token"` });
    const error = await failureOf(repository.resolve('latest', signal));
    assert.match(error.message, /without TLS/);
    assert.ok(!inspect(error).includes('hunter2'));
    assert.deepEqual(clear.requests, []);
  });

  it('plain HTTP that was asked for is not asked of a TLS registry, nor TLS of a plain one', async () => {
    await using registry = await testRegistry({ tls: server });
    await using plain = await openAt(registry.host, { plainHttp: true });
    assert.notEqual(await codeOf(plain.resolve('latest', signal)), 'no error');
    assert.deepEqual(registry.requests, []);
  });
});

/** A proxy that notes where it is asked to, and leads every tunnel to one port. */
async function proxyTo(
  port: number,
): Promise<{ readonly address: string; readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`plain ${request.url}`);
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return { address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked, server: proxy };
}

describe('proxies', () => {
  it('HTTPS_PROXY is used for hosts on the network, NO_PROXY and loopback are not', async () => {
    await using registry = await testRegistry({ tls: server });
    const port = Number(registry.host.split(':')[1]);
    const proxy = await proxyTo(port);
    const environment = { HTTPS_PROXY: `http://me:pass@${proxy.address}`, NO_PROXY: 'registry2.example' };
    try {
      await using local = await openAt(registry.host, { ca: authority.cert, environment });
      await pushImage(local, image, 'latest');
      assert.deepEqual(proxy.asked, []);
      await using far = await openAt(`registry.example:${port}`, { ca: authority.cert, environment });
      assert.equal((await far.resolve('latest', signal)).digest, image.manifest.digest);
      const proven = `Basic ${Buffer.from('me:pass').toString('base64')}`;
      assert.deepEqual(new Set(proxy.asked), new Set([`registry.example:${port} ${proven}`]));
      const before = proxy.asked.length;
      await using excepted = await openAt(`registry2.example:${port}`, { ca: authority.cert, environment });
      assert.equal(await codeOf(excepted.resolve('latest', signal)), 'registry-unreachable');
      assert.equal(proxy.asked.length, before);
    } finally {
      proxy.server.closeAllConnections();
      proxy.server.close();
    }
  });

  it('a proxy that is no address is an error without its password', async () => {
    const environment = { HTTPS_PROXY: 'me:hunter2@nowhere:x' };
    await using repository = await openAt('registry.example', { environment });
    const error = await failureOf(repository.resolve('latest', signal));
    assert.match(inspect(error), /registry-unreachable/);
    assert.ok(!inspect(error, { depth: 10 }).includes('hunter2'));
  });
});
