import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRepository, readBlob } from '../../src/oci/index.ts';
import { openAt, soon } from '../support/registry/open.ts';
import { testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';
import { answerIn, image, openWorld, patchOf } from './world.ts';

const vectors = join(
  process.env['HOLDFAST_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'),
  'admission',
);

interface Vector {
  readonly apiVersion: string;
  readonly request: {
    readonly uid?: string;
    readonly kind?: { readonly kind: string };
    readonly object?: { readonly spec: { readonly template?: { readonly spec: Spec } } & Spec };
  };
}
interface Spec {
  readonly containers: readonly { readonly image: string }[];
}

const names = readdirSync(vectors)
  .filter((name) => name.endsWith('.json'))
  .sort();
const textOf = (name: string): string => readFileSync(join(vectors, name), 'utf8');
const isBroken = (name: string): boolean => name.includes('broken');

test('there are vectors, one of them broken', () => {
  assert.ok(names.length >= 5);
  assert.equal(names.filter(isBroken).length, 1);
});

for (const signs of [true, false]) {
  test(`requests of an API server over TLS: images are ${signs ? 'signed' : 'not signed'}`, async () => {
    await using upstream = await testRegistry();
    await using world = await openWorld({
      // Docker Hub stands on loopback here; names are judged as they are written.
      open: async (asked, signal) =>
        await openRepository(
          { kind: 'registry', ...asked, host: upstream.host },
          { credentials: { kind: 'anonymous' }, registryLimits: soon, signal },
        ),
      times: { failureMs: 0 },
    });
    const subject = await world.push('any');
    for (const repository of [
      'library/nginx',
      ...['alice', 'charlie'].map((who) => `securesystemsengineering/${who}-image`),
    ]) {
      await using there = await openAt(upstream.host, {}, repository);
      await pushImage(there, image, 'latest');
      await pushImage(there, image, 'test');
      if (!signs) continue;
      await using here = await openAt(world.registry.host, {}, 'apps/app');
      const { signal } = new AbortController();
      for (const referrer of await here.referrers(subject.digest, signal)) {
        const { bytes } = await here.manifest(referrer.digest, signal);
        const manifest = JSON.parse(Buffer.from(bytes).toString()) as { config: Blob; layers: Blob[] };
        for (const blob of [manifest.config, ...manifest.layers]) {
          const bytesOf = await readBlob(here, blob, { signal, bound: 1 << 20, place: blob.digest });
          await there.pushBlob({ digest: blob.digest, size: blob.size }, bytesOf, signal);
        }
        await there.pushManifest({ bytes, mediaType: referrer.mediaType }, signal);
      }
    }
    for (const name of names) {
      // The digest that the suite pins is of an image that is nowhere to be had.
      const text = textOf(name).replaceAll(/sha256:[0-9a-f]{64}/g, subject.digest);
      const vector = JSON.parse(text) as Vector;
      for (const path of ['/mutate?timeout=10s', '/validate?timeout=10s']) {
        const { status, text: body } = await world.post(path, text);
        assert.equal(status, 200);
        const answer = answerIn(body, vector.apiVersion);
        assert.equal(answer.uid, vector.request.uid ?? '', name);
        const isPod = vector.request.kind?.kind === 'Pod';
        // A pod with a tag that mutate has not pinned is not admitted by validate.
        const pinned = !/"image": "nginx"/.test(text) || path.startsWith('/mutate') || !isPod;
        assert.equal(answer.allowed, signs && !isBroken(name) && pinned, `${name} ${path}: ${answer.status?.message}`);
        const expected = isPod && signs && !/"image": "nginx"/.test(text) ? undefined : answer.allowed && isPod;
        if (expected === true) {
          const [one] = patchOf(answer) as { path: string; value: string }[];
          assert.match(one?.path ?? '', /^\/spec\/(?:initContainers|ephemeralContainers)\/0\/image$/);
          assert.equal(one?.value, `nginx@${subject.digest}`);
        } else assert.equal(answer.patch, undefined, name);
      }
    }
  });
}

interface Blob {
  readonly digest: typeof image.manifest.digest;
  readonly size: number;
}

test('requests of an API server over TLS: with the registry gone nothing is admitted', async () => {
  await using world = await openWorld({
    open: async (asked, signal) =>
      await openRepository({ kind: 'registry', ...asked, host: '127.0.0.1:1' }, { registryLimits: soon, signal }),
  });
  for (const name of names) {
    const text = textOf(name);
    for (const path of ['/mutate', '/validate']) {
      const answer = answerIn((await world.post(path, text)).text, (JSON.parse(text) as Vector).apiVersion);
      assert.equal(answer.allowed, false, name);
      assert.ok((answer.status?.message ?? '').length > 10);
    }
  }
});
