import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findingCodes, findingsDocument } from '../../src/watch/index.ts';

test('docs/findings.md is what scripts/write-findings-document.ts writes', () => {
  const stored = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
  assert.equal(stored, findingsDocument());
});

test('the document has every code once', () => {
  for (const code of Object.keys(findingCodes))
    assert.equal(findingsDocument().split(`| \`${code}\` |`).length, 2, code);
});
