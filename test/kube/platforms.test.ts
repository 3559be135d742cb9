import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attest, newStatement, predicateTypes } from '../../src/attest/index.ts';
import { hexOf, parsePlatform } from '../../src/oci/index.ts';
import { buildImage, buildIndex, type TestImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { openWorld, patchOf, podOf, reviewOf, type World } from './world.ts';

const [amd64, arm64] = ['amd64', 'arm64'].map((architecture) => {
  const platform = { os: 'linux', architecture };
  return { platform, image: buildImage({ platform, layers: [{ files: [file('etc/arch', architecture)] }] }) };
}) as [Part, Part];

interface Part {
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly image: TestImage;
}

const index = buildIndex([amd64, arm64], 'multi');

/** Signs what is in the registry already, by digest. */
async function sign(world: World, image: TestImage): Promise<void> {
  await using repository = await openAt(world.registry.host, {}, 'apps/app');
  const { signal } = new AbortController();
  const subject = await repository.resolve(image.manifest.digest, signal);
  const subjects = [{ digest: { sha256: hexOf(subject.digest) } }] as const;
  const statement = newStatement({ subjects, predicateType: predicateTypes.sign, predicate: {} });
  await attest(repository, subject, statement, world.party, signal);
}

const fresh = { failureMs: 0, denied: { fresh: 0, usable: 0 } };

test('an index is admitted when the image of every platform is, and pinned as the index', async () => {
  await using world = await openWorld({ times: fresh });
  const { digest } = await world.push('multi', index, false);
  const ask = () => world.ask('/mutate', reviewOf(podOf(`${world.name}:multi`)));
  await sign(world, amd64.image);
  const half = await ask();
  assert.equal(half.allowed, false);
  assert.ok(half.status?.message.includes(arm64.image.manifest.digest), 'it names the platform that is not signed');
  await sign(world, arm64.image);
  const whole = await ask();
  assert.deepEqual(patchOf(whole), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${world.name}:multi@${digest}` },
  ]);
});

test('where the nodes’ platforms are known, only their images have to be admitted', async () => {
  await using world = await openWorld({ times: fresh, platforms: [parsePlatform('linux/amd64')] });
  const { digest } = await world.push('multi', index, false);
  await sign(world, amd64.image);
  assert.equal((await world.ask('/validate', reviewOf(podOf(`${world.name}@${digest}`)))).allowed, true);
  await using elsewhere = await openWorld({ times: fresh, platforms: [parsePlatform('linux/s390x')] });
  const other = await elsewhere.push('multi', index, true);
  const answer = await elsewhere.ask('/validate', reviewOf(podOf(`${elsewhere.name}@${other.digest}`)));
  assert.equal(answer.allowed, false);
  assert.match(answer.status?.message ?? '', /platform-not-found/);
});

test('a signature on the index is one on all that it lists', async () => {
  await using world = await openWorld({ times: fresh });
  const { digest } = await world.push('multi', index, true);
  assert.equal((await world.ask('/validate', reviewOf(podOf(`${world.name}@${digest}`)))).allowed, true);
  // By its own digest alone nobody knows that the index lists it.
  const alone = await world.ask('/validate', reviewOf(podOf(`${world.name}@${amd64.image.manifest.digest}`)));
  assert.equal(alone.allowed, false);
});

test('eight containers of one index cost one look at each of its images', async () => {
  await using world = await openWorld();
  const { digest } = await world.push('multi', index, true);
  const before = world.registry.requests.length;
  const pod = podOf(...Array.from({ length: 8 }, () => `${world.name}@${digest}`));
  assert.equal((await world.ask('/validate', reviewOf(pod))).allowed, true);
  for (const part of [amd64, arm64]) {
    const asked = world.registry.requests
      .slice(before)
      .filter(({ url }) => url.endsWith(`/referrers/${part.image.manifest.digest}`));
    assert.equal(asked.length, 1);
  }
});
