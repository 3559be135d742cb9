import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { parseRecipe, parseRecipeValue, testsOfRun } from '../../src/profile/index.ts';
import { textOf } from '../house/tree.ts';

const parse = (text: string): ReturnType<typeof parseRecipe> => parseRecipe('recipe.yaml', Buffer.from(text));

const least = `apiVersion: holdfast.dev/v1alpha1
kind: Recipe
metadata: {name: web}
spec:
  runs: [{name: plain}]
`;

test('the examples of docs/recipe.md are recipes', () => {
  const examples = [...textOf('docs/recipe.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  assert.equal(examples.length, 2);
  const recipes = examples.map(parse);
  const [first] = recipes;
  assert.deepEqual(
    first?.spec.runs.map((run) => testsOfRun(first, run).map(({ name }) => name)),
    [['requests', 'load'], ['requests']],
  );
});

test('every field of a recipe is spoken of in docs/recipe.md', () => {
  const text = textOf('docs/recipe.md');
  const spec = parse(least).spec;
  for (const field of [...Object.keys(spec), ...Object.keys(spec.runs[0] ?? {}), ...Object.keys(spec.harden)])
    assert.match(text, new RegExp(`\\b${field}\\b`), field);
});

test('a recipe needs no more than one run', () => {
  const { spec } = parse(least);
  assert.deepEqual(spec.runs[0]?.repeat, 2);
  assert.deepEqual(spec.harden, { keep: [], remove: [], keepPackages: [], shell: 'profile' });
});

test('what is no recipe is refused, and it is said where', () => {
  const refused: readonly (readonly [string, RegExp, RegExp])[] = [
    ['', /no document/, /recipe.yaml/],
    [`${least}---\n${least}`, /nothing else/, /recipe.yaml/],
    [least.replace('Recipe', 'TrustPolicy'), /has to be Recipe/, /line 2, column 1, at kind/],
    [least.replace('plain', 'Plain'), /has to match/, /line 5/],
    [`${least}  tests: [{name: a}]\n`, /either command or image/, /tests\[0\]/],
    [`${least}  tests: [{name: a, command: [x], image: {name: b}}]\n`, /either command or image/, /tests\[0\]/],
    [`${least}  tests: [{name: a, command: [x], arguments: [b]}]\n`, /of a test image/, /tests\[0\].arguments/],
    [`${least}  tests: [{name: a, command: [x]}, {name: a, command: [x]}]\n`, /already/, /tests\[1\].name/],
    [least.replace('plain', 'plain, tests: [a]'), /no test is called so/, /runs\[0\].tests\[0\]/],
    [`${least}  build: {}\n`, /either dockerfile or patch/, /spec.build/],
    [`${least}  build: {dockerfile: {}}\n`, /needs a source/, /dockerfile/],
    [`${least}  build: {patch: {}}\n`, /needs a base/, /patch/],
    [least.replace('plain', 'plain, fixtures: [{source: ../x, target: /a}]'), /has to match/, /fixtures\[0\].source/],
    [least.replace('plain', 'plain, fixtures: [{source: x, target: /a/../b}]'), /has to match/, /fixtures\[0\].target/],
    [`${least}  sauce: {}\n`, /unknown field; allowed here: source/, /spec.sauce/],
    [`${least}  runs: []\n`, /already/, /spec.runs/],
  ];
  for (const [text, message, place] of refused)
    assert.throws(
      () => parse(text),
      (error) => {
        assert.ok(error instanceof HoldfastError);
        assert.equal(error.code, 'recipe-malformed');
        assert.match(error.message, message);
        assert.match(error.place ?? '', place);
        return true;
      },
    );
  assert.throws(() => parseRecipeValue('predicate', { kind: 'Recipe' }), { code: 'recipe-malformed' });
});

test('any bytes are a recipe or refused with the code', () => {
  const soup = fc.array(fc.constantFrom(...least.split(/(\W)/), '&a', '*a', '!!x', '{', '[', '\t', '\u0000'), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        soup.map((parts) => Buffer.from(parts.join(''))),
      ),
      (bytes) => {
        try {
          parseRecipe('soup', bytes);
        } catch (error) {
          assert.ok(error instanceof HoldfastError && error.code === 'recipe-malformed', String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});
