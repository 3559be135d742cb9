import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { gather, keyIdOf, localSigner, predicateTypes, type SigningParty, type Trust } from '../../src/attest/index.ts';
import { readFileManifest } from '../../src/contents/index.ts';
import { type Digest, platformManifests, type Repository } from '../../src/oci/index.ts';
import { type SealRequest, seal } from '../../src/seal/index.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const party: SigningParty = { kind: 'key', signer: localSigner(privateKey, publicKey) };
const trust: Trust = { keys: [{ id: keyIdOf(publicKey), key: publicKey }], roots: [] };

const base = [{ files: [file('etc/base', 'base')] }];
const images = ['amd64', 'arm64'].map((architecture) => ({
  image: buildImage({
    platform: { os: 'linux', architecture },
    layers: [...base, { files: [file('usr/bin/app', architecture)] }],
  }),
  platform: { os: 'linux', architecture },
}));
const index = buildIndex(images);

function request(repository: Repository, more: Partial<SealRequest> = {}): SealRequest {
  return {
    repository,
    reference: 'v1',
    party,
    signal,
    toolVersion: '0.1.0',
    sboms: ['cyclonedx', 'spdx'],
    origin: { builder: 'https://builder.example', parameters: {} },
    bases: [],
    materials: [],
    annotations: {},
    ...more,
  };
}

async function start(
  context: TestContext,
): Promise<{ readonly registry: TestRegistry; readonly repository: Repository }> {
  const registry = await testRegistry();
  const repository = await openAt(registry.host);
  context.after(async () => {
    await repository[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  await pushImage(repository, index, 'v1');
  return { registry, repository };
}

/** Predicate types of what verifies, sorted; `signature` for an image signature. */
async function evidenceOn(repository: Repository, digest: Digest): Promise<readonly string[]> {
  const { evidence } = await gather(repository, digest, trust, signal);
  return evidence.map((one) => (one.kind === 'attestation' ? one.statement.predicateType : one.kind)).sort();
}

const contents = [
  predicateTypes['file-manifest'],
  predicateTypes.cyclonedx,
  predicateTypes.slsaprovenance1,
  predicateTypes.spdx,
];

describe('seal', () => {
  it('describes each image, says of the index where it comes from, and signs all of it', async (context) => {
    const { repository } = await start(context);
    const sealed = await seal(request(repository));
    assert.deepEqual(
      sealed.manifests.map(({ platform }) => platform),
      ['linux/amd64', 'linux/arm64', undefined],
    );
    assert.deepEqual(await evidenceOn(repository, sealed.root), [predicateTypes.slsaprovenance1, 'signature']);
    for (const { image } of images) {
      const found = await evidenceOn(repository, image.manifest.digest);
      assert.deepEqual(found, [...contents, 'signature'].sort());
    }
  });

  it('says the files of this very image', async (context) => {
    const { repository } = await start(context);
    await seal(request(repository));
    for (const { image, platform } of images) {
      const { evidence } = await gather(repository, image.manifest.digest, trust, signal);
      const [manifest] = evidence.flatMap((one) =>
        one.kind === 'attestation' && one.statement.predicateType === predicateTypes['file-manifest']
          ? [one.statement.predicate]
          : [],
      );
      const rows = readFileManifest(manifest);
      assert.deepEqual(
        rows.map(({ path, size }) => [path, size]),
        [
          ['/etc/base', 4],
          ['/usr/bin/app', platform.architecture.length],
        ],
      );
    }
  });

  it('is the same the second time: nothing is attached twice', async (context) => {
    const { repository } = await start(context);
    const first = await seal(request(repository));
    const again = await seal(request(repository));
    const outcomes = again.manifests.flatMap(({ parts }) => parts.map(({ outcome }) => outcome));
    assert.ok(outcomes.length > 0 && outcomes.every((outcome) => outcome === 'present'));
    assert.deepEqual(
      again.manifests.map(({ parts }) => parts.map(({ evidence }) => evidence)),
      first.manifests.map(({ parts }) => parts.map(({ evidence }) => evidence)),
    );
  });

  it('reads what is attached to a manifest once, however much there is to say of it', async (context) => {
    const { registry, repository } = await start(context);
    const sealed = await seal(request(repository));
    const bundles = new Set(sealed.manifests.flatMap(({ parts }) => parts.map(({ evidence }) => evidence)));
    const before = registry.requests.length;
    await seal(request(repository));
    const read = registry.requests
      .slice(before)
      .filter(({ method, url }) => method === 'GET' && bundles.has(url.slice(url.lastIndexOf('/') + 1) as Digest))
      .map(({ url }) => url);
    assert.equal(read.length, bundles.size);
    assert.equal(new Set(read).size, bundles.size);
  });

  it('that fails half-way leaves nothing signed, and is finished by the next', async (context) => {
    const { registry, repository } = await start(context);
    let pushes = 0;
    registry.intercept = (incoming, response) => {
      if (incoming.method !== 'PUT' || !(incoming.url ?? '').includes('/manifests/') || ++pushes < 7) return false;
      response.writeHead(403).end();
      return true;
    };
    await assert.rejects(seal(request(repository)));
    registry.intercept = undefined;
    const root = await repository.resolve('v1', signal);
    for (const { digest } of [root, ...(await platformManifests(repository, root, signal))])
      assert.equal((await evidenceOn(repository, digest)).includes('signature'), false, digest);
    const sealed = await seal(request(repository));
    assert.ok((await evidenceOn(repository, sealed.root)).includes('signature'));
    const outcomes = sealed.manifests.flatMap(({ parts }) => parts.map(({ outcome }) => outcome));
    assert.ok(outcomes.includes('present') && outcomes.includes('attached'));
  });

  it('signs what the name meant at the start, also when the tag moves meanwhile', async (context) => {
    const { registry, repository } = await start(context);
    const other = buildImage({ layers: [{ files: [file('evil', 'evil')] }] });
    let moved = false;
    registry.intercept = async (incoming) => {
      if (!moved && incoming.method === 'PUT') {
        moved = true;
        await pushImage(repository, other, 'v1');
      }
      return false;
    };
    const sealed = await seal(request(repository));
    assert.equal(sealed.root, index.entries[0]?.digest);
    assert.deepEqual(await evidenceOn(repository, other.manifest.digest), []);
  });

  it('names the base whose layers the image has, in provenance and file manifest', async (context) => {
    const { repository } = await start(context);
    const under = buildImage({ layers: base });
    const candidate = {
      uri: 'pkg:oci/base@1',
      name: 'registry.example/base:1',
      manifest: under.manifest.digest,
      diffIds: under.layers.map(({ diffId }) => diffId),
    };
    const { manifests } = await seal(request(repository, { bases: [candidate] }));
    assert.deepEqual(
      manifests.map((one) => one.base),
      ['pkg:oci/base@1', 'pkg:oci/base@1', undefined],
    );
  });
});
