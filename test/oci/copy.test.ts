import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  copyFrom,
  type Digest,
  digestOf,
  fallbackTag,
  missingFrom,
  openRepository,
  type Repository,
  survey,
} from '../../src/oci/index.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';
import type { RegistrySwitches } from '../support/registry/switches.ts';
import { blobOf, manifestType, pushArtifact, pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const images = ['amd64', 'arm64'].map((architecture) =>
  buildImage({ platform: { os: 'linux', architecture }, layers: [{ files: [file('etc/name', architecture)] }] }),
);
const index = buildIndex(images.map((image) => ({ image })));
const indexDigest = index.entries[0]?.digest ?? index.manifest.digest;

/** An index of two images with evidence on it, on both images, and on that evidence; and an older signature by tag. */
async function sealed(repository: Repository, tag: string): Promise<readonly Digest[]> {
  const root = await pushImage(repository, index, tag);
  const attached: Digest[] = [];
  for (const subject of [root, ...images.map((image) => image.manifest)]) {
    const sbom = await pushArtifact(repository, subject, 'application/sbom', `sbom of ${subject.digest}`);
    const signature = await pushArtifact(repository, sbom, 'application/signature', `signature of ${sbom.digest}`);
    attached.push(sbom.digest, signature.digest);
  }
  const older = Buffer.from(JSON.stringify(olderSignature(root.digest)));
  for (const text of ['{}', `older signature of ${root.digest}`])
    await repository.pushBlob(blobOf(Buffer.from(text)), Buffer.from(text), signal);
  const name = `${fallbackTag(root.digest)}.sig`;
  attached.push((await repository.pushManifest({ bytes: older, mediaType: manifestType, tag: name }, signal)).digest);
  return attached;
}

function olderSignature(of: Digest): object {
  const layer = blobOf(Buffer.from(`older signature of ${of}`));
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', ...blobOf(Buffer.from('{}')) };
  return { schemaVersion: 2, mediaType: manifestType, config, layers: [{ mediaType: 'text/plain', ...layer }] };
}

async function registry(context: TestContext, switches: RegistrySwitches = {}): Promise<TestRegistry> {
  const started = await testRegistry(switches);
  context.after(async () => {
    await started[Symbol.asyncDispose]();
  });
  return started;
}

/** As a verifier finds them. */
async function attachedTo(repository: Repository, root: Digest): Promise<readonly string[]> {
  const { levels } = await survey(repository, root, signal);
  return levels
    .flat()
    .map((one) => `${one.as} ${one.manifest.descriptor.digest}`)
    .sort();
}

const kinds: readonly (readonly [string, RegistrySwitches, RegistrySwitches])[] = [
  ['with the referrers API on both sides', {}, {}],
  ['from the referrers API to the fallback tag', {}, { referrers: 'none' }],
  ['from the fallback tag to the referrers API', { referrers: 'none' }, {}],
  ['to a registry whose API is always empty', {}, { referrers: 'empty' }],
];

describe('copy', () => {
  for (const [kind, from, to] of kinds)
    it(`loses nothing and changes no digest, ${kind}`, async (context) => {
      const [source, destination] = [await registry(context, from), await registry(context, to)];
      await using one = await openAt(source.host);
      await using other = await openAt(destination.host, {}, 'mirror/b');
      const attached = await sealed(one, 'v1');
      const copied = await copyFrom(one, 'v1', other, { signal, tag: 'v1' });
      assert.equal(copied.root.digest, indexDigest);
      assert.deepEqual([copied.missing, copied.dangling], [[], []]);
      assert.equal(copied.manifests, 3 + attached.length);
      assert.equal(copied.pushed.manifests, copied.manifests);
      assert.deepEqual(await attachedTo(other, copied.root.digest), await attachedTo(one, copied.root.digest));
      assert.deepEqual((await other.manifest('v1', signal)).bytes, (await one.manifest('v1', signal)).bytes);
      // Again: nothing is sent.
      const { pushed } = await copyFrom(one, 'v1', other, { signal, tag: 'v1' });
      assert.deepEqual(pushed, { manifests: 0, blobs: 0, bytes: 0 });
    });

  it('goes through a layout and comes out the same', async (context) => {
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-copy-'));
    context.after(() => rmSync(scratch, { recursive: true }));
    const [source, destination] = [await registry(context), await registry(context, { referrers: 'none' })];
    await using one = await openAt(source.host);
    await using layout = await openRepository({ kind: 'oci', directory: join(scratch, 'l') }, { signal, create: true });
    await using other = await openAt(destination.host);
    await sealed(one, 'v1');
    const { root } = await copyFrom(one, 'v1', layout, { signal, tag: 'kept' });
    const copied = await copyFrom(layout, 'kept', other, { signal, tag: 'v1' });
    assert.deepEqual(copied.missing, []);
    assert.deepEqual(await attachedTo(other, root.digest), await attachedTo(one, root.digest));
  });

  it('finds older signatures also where tags are not listed, and asks for none that are not there where they are', async (context) => {
    const [source, destination] = [await registry(context), await registry(context)];
    await using one = await openAt(source.host);
    await using other = await openAt(destination.host);
    const attached = await sealed(one, 'v1');
    const before = source.requests.length;
    await survey(one, 'v1', signal);
    const asked = source.requests.slice(before).filter(({ url }) => /\.(sig|att|sbom)$/.test(url));
    assert.equal(asked.length, 1);
    source.intercept = (request, response) => {
      if (!(request.url ?? '').includes('/tags/list')) return false;
      response.writeHead(403).end();
      return true;
    };
    await using again = await openAt(source.host);
    const copied = await copyFrom(again, 'v1', other, { signal, tag: 'v1' });
    assert.deepEqual([copied.manifests, copied.missing], [3 + attached.length, []]);
  });

  it('mounts blobs from another repository of the same registry', async (context) => {
    const both = await registry(context);
    await using one = await openAt(both.host, {}, 'team/a');
    await using other = await openAt(both.host, {}, 'prod/a');
    await sealed(one, 'v1');
    const { pushed, missing } = await copyFrom(one, 'v1', other, { signal, mountFrom: 'team/a' });
    assert.deepEqual(missing, []);
    assert.equal(pushed.bytes, 0);
  });

  it('is taken up where it broke off, and the tag comes last', async (context) => {
    const [source, destination] = [await registry(context), await registry(context)];
    await using one = await openAt(source.host);
    await using other = await openAt(destination.host);
    await sealed(one, 'v1');
    let pushes = 0;
    destination.intercept = (request, response) => {
      if (request.method !== 'PUT' || !(request.url ?? '').includes('/manifests/') || ++pushes < 5) return false;
      response.writeHead(403).end();
      return true;
    };
    await assert.rejects(copyFrom(one, 'v1', other, { signal, tag: 'v1' }));
    await assert.rejects(other.manifest('v1', signal), 'no tag before all is there');
    destination.intercept = undefined;
    const { pushed, blobs, manifests, missing } = await copyFrom(one, 'v1', other, { signal, tag: 'v1' });
    assert.deepEqual(missing, []);
    assert.ok(pushed.manifests > 0 && pushed.manifests < manifests, `${pushed.manifests} of ${manifests}`);
    assert.ok(blobs > 0 && pushed.blobs === 0, 'blobs came first');
  });

  it('survives a list of attachments that names the image itself and what is attached to another', async (context) => {
    const [source, destination] = [await registry(context, { referrers: 'none' }), await registry(context)];
    await using one = await openAt(source.host);
    await using other = await openAt(destination.host);
    const root = await pushImage(one, index, 'v1');
    const [first] = images;
    assert.ok(first);
    const elsewhere = await pushArtifact(one, first.manifest, 'application/sbom', 'of the first image');
    const real = await pushArtifact(one, root, 'application/sbom', 'of the index');
    const gone = { mediaType: manifestType, digest: digestOf(Buffer.from('gone')), size: 4 };
    const list = {
      schemaVersion: 2,
      mediaType: root.mediaType,
      manifests: [root, elsewhere, real, gone].map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    };
    await one.pushManifest(
      { bytes: Buffer.from(JSON.stringify(list)), mediaType: root.mediaType, tag: fallbackTag(root.digest) },
      signal,
    );
    const copied = await copyFrom(one, 'v1', other, { signal, tag: 'v1' });
    assert.deepEqual(copied.dangling, [gone.digest]);
    const found = await attachedTo(other, root.digest);
    assert.ok(found.includes(`referrer ${real.digest}`) && found.includes(`referrer ${elsewhere.digest}`));
    assert.deepEqual(
      (await other.referrers(root.digest, signal)).map(({ digest }) => digest),
      [real.digest],
    );
  });

  it('does not write over another’s older signature: that is told as missing', async (context) => {
    const [source, destination] = [await registry(context), await registry(context)];
    await using one = await openAt(source.host);
    await using other = await openAt(destination.host);
    await sealed(one, 'v1');
    await pushImage(other, index, 'v1');
    const tag = `${fallbackTag(indexDigest)}.sig`;
    const theirs = buildImage({ layers: [{ files: [file('theirs', '1')] }], tag });
    await pushImage(other, theirs, tag);
    const { missing } = await copyFrom(one, 'v1', other, { signal, tag: 'v1' });
    assert.deepEqual(
      missing.map(({ what, tag: name }) => [what, name]),
      [['tag', tag]],
    );
    assert.equal((await other.resolve(tag, signal)).digest, theirs.manifest.digest);
  });
});

describe('missing', () => {
  it('names each kind of thing that one side has lost', async (context) => {
    const [source, destination] = [await registry(context), await registry(context)];
    await using one = await openAt(source.host);
    await using other = await openAt(destination.host);
    const attached = await sealed(one, 'v1');
    await pushImage(other, index, 'v1');
    const image = await survey(one, 'v1', signal);
    const missing = await missingFrom(image, other, 'v1', signal);
    const lost = missing.filter(({ what }) => what !== 'blob');
    assert.deepEqual(lost.map(({ digest }) => digest).sort(), [...attached].sort());
    assert.deepEqual(new Set(missing.map(({ what }) => what)), new Set(['referrer', 'tag', 'blob']));
    assert.deepEqual(await missingFrom(image, one, 'v1', signal), []);
  });
});
