import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, type Json, type LoggedAt, predicateTypes } from '../../src/attest/index.ts';
import { type Digest, digestOf } from '../../src/oci/index.ts';
import { attachedRecipes, parseRecipe, recipeDigest } from '../../src/profile/index.ts';
import { textOf } from '../house/tree.ts';
import { subject } from './observations.ts';

const [web, cache] = [...textOf('docs/recipe.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) =>
  parseRecipe('docs/recipe.md', Buffer.from(match[1] ?? '')),
) as [ReturnType<typeof parseRecipe>, ReturnType<typeof parseRecipe>];

function attached(predicate: unknown, time?: string, on: Digest = subject): Evidence {
  const logs: readonly LoggedAt[] = time === undefined ? [] : [{ log: 'a', index: '1', time }];
  return {
    kind: 'attestation',
    evidence: digestOf(Buffer.from(JSON.stringify([predicate, time, on]))),
    carrier: 'referrer',
    subject: on,
    statement: {
      type: 'https://in-toto.io/Statement/v1',
      subjects: [],
      predicateType: predicateTypes.recipe,
      predicate: predicate as Json,
    },
    signatures: [{ party: { kind: 'key', key: 'k' as never }, logs, timestamps: [] }],
  };
}

test('a recipe is read from its predicate as it was from its file, the last signed first', () => {
  const all = [attached(web, '2026-11-01T00:00:00Z'), attached(cache, '2026-11-02T00:00:00Z')];
  for (const evidence of [all, all.toReversed()]) {
    const { recipes, refused } = attachedRecipes(evidence, subject);
    assert.deepEqual(
      recipes.map((one) => one.digest),
      [recipeDigest(cache), recipeDigest(web)],
    );
    assert.deepEqual(recipes[1]?.recipe, web);
    assert.deepEqual(refused, []);
  }
});

test('what hangs elsewhere, is no recipe or too large is refused with its code, and does not hide the others', () => {
  const elsewhere = `sha256:${'b'.repeat(64)}` as Digest;
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);
  const cases: readonly (readonly [string, Evidence])[] = [
    ['recipe-foreign', attached(web, undefined, elsewhere)],
    ['recipe-malformed', attached({ ...web, kind: 'Receipt' })],
    ['recipe-malformed', attached({ ...web, sauce: 1 })],
    ['recipe-malformed', attached({ ...web, metadata: { name: 'x'.repeat(2 ** 21) } })],
    ['recipe-malformed', attached(deep)],
    ['recipe-malformed', attached(null)],
  ];
  for (const [code, evidence] of cases) {
    const { recipes, refused } = attachedRecipes([evidence, attached(cache)], subject);
    assert.equal(recipes.length, 1);
    assert.deepEqual(
      refused.map(({ error }) => error.code),
      [code],
    );
  }
});
