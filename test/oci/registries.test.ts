import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HoldfastError } from '../../src/errors/index.ts';
import { openRegistries } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { openAt, reply } from '../support/registry/open.ts';
import { testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });

describe('many repositories of many registries', () => {
  it('share what a registry has learned of us', async () => {
    await using registry = await testRegistry();
    await using filling = await openAt(registry.host);
    await pushImage(filling, image, '1');
    registry.intercept = (request, response) =>
      request.headers.authorization === undefined && reply(response, 401, { 'www-authenticate': 'Basic realm="x"' });
    const credentials = { kind: 'password', username: 'u', password: 'p' } as const;
    await using registries = openRegistries({ credentials });
    for (let count = 0; count < 5; count++) {
      await using repository = registries.repository({ host: registry.host, repository: 'a/b' });
      await repository.resolve('1', signal);
    }
    const unproven = registry.requests.filter((one) => one.method === 'GET' && one.authorization === undefined);
    assert.equal(unproven.length, 1);
  });

  it('names that would lead elsewhere are refused before anything is asked', async () => {
    await using registry = await testRegistry();
    await using registries = openRegistries({ credentials: { kind: 'anonymous' } });
    for (const repository of ['../x', 'a/../b', 'A', '', 'a?b', 'a b', 'a/', 'a#']) {
      assert.throws(
        () => registries.repository({ host: registry.host, repository }),
        (error) => error instanceof HoldfastError && error.code === 'source-malformed',
      );
    }
    for (const host of ['u:p@h.io', 'h.io/x', 'h.io?x', 'h.io#', '', 'H.io', '127.1', 'h.io:x']) {
      assert.throws(() => registries.repository({ host, repository: 'a' }), HoldfastError);
    }
    const repository = registries.repository({ host: registry.host, repository: 'a/b' });
    for (const reference of ['../../x', 'a/b', '', '.x', 'sha256:abc', 'a?b', 'a b']) {
      assert.equal(await codeOf(repository.manifest(reference, signal)), 'source-malformed', reference);
    }
    const push = repository.pushManifest({ bytes: Buffer.from('{}'), mediaType: 'x', tag: '../x' }, signal);
    assert.equal(await codeOf(push), 'source-malformed');
    assert.deepEqual(registry.requests, []);
  });

  it('hosts without end do not pile up, and the one in use goes on', async () => {
    await using registry = await testRegistry();
    await using filling = await openAt(registry.host);
    await pushImage(filling, image, '1');
    await using registries = openRegistries({ credentials: { kind: 'anonymous' } });
    const repository = registries.repository({ host: registry.host, repository: 'a/b' });
    const asked = repository.resolve('1', signal);
    for (let count = 0; count < 1000; count++) registries.repository({ host: `h${count}.example`, repository: 'a' });
    assert.equal((await asked).digest, image.manifest.digest);
    const again = registries.repository({ host: registry.host, repository: 'a/b' });
    assert.equal((await again.resolve('1', signal)).digest, image.manifest.digest);
  });
});
