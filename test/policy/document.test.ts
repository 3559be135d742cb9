import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyDocument } from '../../scripts/write-policy-document.ts';
import { compilePolicy, parseDocuments, parseImagePattern } from '../../src/policy/index.ts';
import { trustPolicySpec } from '../../src/policy/schema/trust-policy.ts';
import { textOf } from '../house/tree.ts';
import { alice } from './signed.ts';

const text = textOf('docs/policy.md');

test('the tables of docs/policy.md are what scripts/write-policy-document.ts writes', () => {
  assert.equal(text, policyDocument(text));
});

test('every example of docs/policy.md loads', () => {
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  const kinds = examples.flatMap((example, at) =>
    parseDocuments(`example ${at + 1}`, Buffer.from(example)).map((document) => {
      if (document.kind === 'TrustPolicy') {
        compilePolicy(document.policy, { place: document.place, keyText: () => alice.pem });
      }
      return document.kind;
    }),
  );
  assert.deepEqual(kinds, ['TrustPolicy', 'TrustPolicy', 'TrustPolicy', 'ImageException']);
});

test('every field of a policy is spoken of, and every pattern of the table is one', () => {
  for (const field of Object.keys(trustPolicySpec.shape)) assert.match(text, new RegExp(`\\b${field}\\b`), field);
  const table = text.slice(text.indexOf('| pattern |'), text.indexOf('A host is matched whole'));
  const patterns = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap((row) =>
    [...(row[1] ?? '').matchAll(/`([^`]+)`/g)].map((one) => one[1] ?? ''),
  );
  assert.equal(patterns.length, 7);
  for (const pattern of patterns) assert.ok('pattern' in parseImagePattern(pattern), pattern);
});
