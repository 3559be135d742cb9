import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsPage } from '../../scripts/errors-page.ts';
import { codes } from '../../src/errors/index.ts';
import { files, textOf } from './tree.ts';

const source = files('src/**/*.ts')
  .filter((path) => path !== 'src/errors/codes.ts')
  .map(textOf)
  .join('\n');

test('every registered code is used', () => {
  const unused = Object.keys(codes).filter((code) => !source.includes(`'${code}'`));
  assert.deepEqual(unused, []);
});

test('codes are kebab-case, their texts sentences that end', () => {
  const ends = /[.)]$/;
  const wrong = Object.entries(codes).filter(
    ([code, { meaning, remedy }]) => !/^[a-z]+(-[a-z0-9]+)*$/.test(code) || !ends.test(meaning) || !ends.test(remedy),
  );
  assert.deepEqual(
    wrong.map(([code]) => code),
    [],
  );
});

test('docs/errors.md is what the registry says (scripts/errors-page.ts writes it)', () => {
  assert.equal(textOf('docs/errors.md'), errorsPage());
});
