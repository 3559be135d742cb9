import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherEvidence, predicateTypes } from '../../src/attest/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import type { Digest } from '../../src/oci/index.ts';
import {
  attachedProfiles,
  attachedRecipes,
  type ExecutionProfile,
  generalise,
  parseRecipe,
  profileDigest,
  type Recipe,
  recipeDigest,
  recordingOf,
} from '../../src/profile/index.ts';
import { type Given, seal } from '../../src/seal/index.ts';
import { ran, session } from '../profile/observations.ts';
import { amd64, arm64, evidenceOn, index, registryWithIndex, requestOf, signal, somebody } from './sealing.ts';

const us = somebody();

function profileOf(subject: Digest | undefined, place = 'web.profile.json'): Given<ExecutionProfile> {
  return { place, document: generalise(recordingOf(subject, [session([ran('/usr/bin/app')])])) };
}

function recipeFor(...platforms: readonly string[]): Given<Recipe> {
  const text = `apiVersion: holdfast.dev/v1alpha1
kind: Recipe
metadata: {name: web}
spec:
  platforms: [${platforms.join(', ')}]
  runs: [{name: plain}]
`;
  return { place: 'web.recipe.yaml', document: parseRecipe('web.recipe.yaml', Buffer.from(text)) };
}

test('each profile goes to the image that it is of, each recipe to its platforms, and the signature is last', async (context) => {
  const { registry, repository } = await registryWithIndex(context);
  const before = registry.requests.length;
  const [ours, theirs] = [profileOf(amd64), profileOf(arm64)];
  const recipe = recipeFor('linux/arm64');
  const request = requestOf(repository, us, { profiles: [theirs, ours], recipes: [recipe] });
  const sealed = await seal(request);
  const pushed = registry.requests.slice(before).filter(({ method, url }) => method === 'PUT' && /manifests/.test(url));
  assert.equal(pushed.length, sealed.manifests.flatMap(({ parts }) => parts).length);
  for (const { parts } of sealed.manifests) assert.equal(parts.at(-1)?.part, 'signature');

  for (const [digest, given] of [
    [amd64, ours],
    [arm64, theirs],
  ] as const) {
    const { profiles, refused } = attachedProfiles(await gatherEvidence(repository, digest, us.trust, signal), digest);
    assert.deepEqual(
      profiles.map((one) => one.digest),
      [profileDigest(given.document)],
    );
    assert.deepEqual(refused, []);
  }
  const recipesOn = async (digest: Digest): Promise<readonly Digest[]> =>
    attachedRecipes(await gatherEvidence(repository, digest, us.trust, signal), digest).recipes.map(
      (one) => one.digest,
    );
  assert.deepEqual(await recipesOn(amd64), []);
  assert.deepEqual(await recipesOn(arm64), [recipeDigest(recipe.document)]);

  const again = await seal(request);
  assert.ok(again.manifests.flatMap(({ parts }) => parts).every(({ outcome }) => outcome === 'present'));
});

test('a recipe without platforms is of every image', async (context) => {
  const { repository } = await registryWithIndex(context);
  await seal(requestOf(repository, us, { recipes: [recipeFor()] }));
  for (const digest of [amd64, arm64])
    assert.ok((await evidenceOn(repository, digest, us.trust)).includes(predicateTypes.recipe));
});

test('what is not of the image refuses all of it before anything is attached', async (context) => {
  const { repository } = await registryWithIndex(context);
  const foreign = `sha256:${'c'.repeat(64)}` as Digest;
  const cases: readonly (readonly [string, RegExp, Parameters<typeof requestOf>[2]])[] = [
    [
      'profile-foreign',
      /it is of sha256:ccc.*; the image is sha256:/,
      { profiles: [profileOf(amd64), profileOf(foreign)] },
    ],
    ['profile-foreign', /does not say of which image.*record it of an image/, { profiles: [profileOf(undefined)] }],
    ['profile-foreign', /the image is/, { profiles: [profileOf(index.entries[0]?.digest)] }],
    [
      'recipe-foreign',
      /it is for linux\/s390x; the image is for linux\/amd64, linux\/arm64/,
      { recipes: [recipeFor('linux/s390x')] },
    ],
    ['usage', /a second execution profile/, { profiles: [profileOf(amd64), profileOf(amd64)] }],
    ['usage', /a second recipe/, { recipes: [recipeFor(), recipeFor('linux/arm64')] }],
  ];
  for (const [code, message, more] of cases) {
    await assert.rejects(seal(requestOf(repository, us, more)), (error: HoldfastError) => {
      assert.ok(error instanceof HoldfastError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
    for (const digest of [amd64, arm64]) assert.deepEqual(await evidenceOn(repository, digest, us.trust), []);
  }
});
