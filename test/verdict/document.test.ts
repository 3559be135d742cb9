import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { reasons, verdictsDocument } from '../../src/verdict/index.ts';

test('docs/verdicts.md is what scripts/write-verdicts-document.ts writes', () => {
  const stored = readFileSync(new URL('../../docs/verdicts.md', import.meta.url), 'utf8');
  assert.equal(stored, verdictsDocument());
});

test('the document has every reason once', () => {
  const text = verdictsDocument();
  for (const code of Object.keys(reasons)) assert.equal(text.split(`| \`${code}\` |`).length, 2, code);
});
