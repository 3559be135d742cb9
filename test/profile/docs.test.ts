import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profilePageText } from '../../scripts/write-profile-document.ts';
import { parseDocuments } from '../../src/policy/index.ts';
import {
  formatAmendment,
  parseAmendment,
  profileDocument,
  readProfile,
  writeProfile,
} from '../../src/profile/index.ts';
import { placeholders } from '../../src/profile/pattern/index.ts';
import { textOf } from '../house/tree.ts';

const text = textOf('docs/profile.md');
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? '';

test('the tables of docs/profile.md are what scripts/write-profile-document.ts writes', () => {
  assert.equal(text, profilePageText(text));
});

test('the document of docs/profile.md is a profile, and every field of one is spoken of', () => {
  const profile = readProfile(Buffer.from(block('json')), 'docs/profile.md');
  assert.deepEqual(JSON.parse(Buffer.from(writeProfile(profile)).toString()), JSON.parse(block('json')));
  for (const field of Object.keys(profileDocument(profile))) assert.match(text, new RegExp(`"?\\b${field}\\b`), field);
  assert.match(text, /`memory`/);
});

test('the exception of docs/profile.md is one, and each of its lines is read', () => {
  const [document] = parseDocuments('docs/profile.md', Buffer.from(block('yaml')));
  assert.ok(document?.kind === 'ImageException');
  const allow = document.exception.spec.scope.profileAmendment?.allow ?? [];
  assert.deepEqual(
    allow.map((line) => parseAmendment(line).verb),
    ['file', 'file', 'exec', 'connect', 'listen', 'memory'],
  );
  for (const line of allow) assert.equal(formatAmendment(parseAmendment(line)), line);
});

test('every placeholder is explained', () => {
  for (const one of placeholders) assert.ok(text.includes(`| \`${one}\` |`), one);
});
