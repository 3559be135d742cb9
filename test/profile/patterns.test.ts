import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatPattern,
  isMatch,
  isPlainPath,
  isWild,
  literalPath,
  literalPattern,
  matcherOf,
  parsePathPattern,
  parsePattern,
  pathPattern,
  placeholders,
} from '../../src/profile/pattern/index.ts';

const matches = (pattern: string, text: string): boolean => isMatch(matcherOf(parsePattern(pattern)), text);

/** The same in another way: a regular expression, anchored. Used here only. */
const expressions: Readonly<Record<(typeof placeholders)[number], string>> = {
  '*': '[^]*',
  '{n}': '\\d{1,20}',
  '{hex}': '[0-9A-Fa-f]{1,128}',
  '{rnd}': '[A-Za-z0-9_]{6,64}',
  '{uuid}': '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}',
  '{date}': '(?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d{4}_\\d\\d_\\d\\d|\\d{4}\\.\\d\\d\\.\\d\\d|\\d{4}:\\d\\d:\\d\\d)',
  '{time}':
    '(?:\\d{4}|\\d{6}|\\d\\d[-_.:]\\d\\d|\\d\\d-\\d\\d-\\d\\d|\\d\\d_\\d\\d_\\d\\d|\\d\\d\\.\\d\\d\\.\\d\\d|\\d\\d:\\d\\d:\\d\\d)',
  '{ver}': '\\d{1,20}(?:\\.\\d{1,20}){1,7}',
  '{ip}': '(?:(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)',
  '{pod}': '[a-z0-9]{5,10}(?:-[a-z0-9]{5})?',
  '{rot}':
    '(?:|\\.\\d{1,4}|\\.old|[.-](?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d{4}_\\d\\d_\\d\\d|\\d{4}\\.\\d\\d\\.\\d\\d|\\d{4}:\\d\\d:\\d\\d))(?:\\.gz|\\.xz|\\.zst|\\.bz2)?',
};

const token = fc.oneof(
  fc.constantFrom(...placeholders).map((placeholder) => ({ placeholder })),
  fc.constantFrom('a', '.', '-', '1', '0', 'ab', '{', '*', '\\', '.gz', '_').map((literal) => ({ literal })),
);
const scrap = fc.constantFrom('a', '.', '-', '_', ':', '1', '0', '12', '2026', '11', '24', 'ab', 'abcdef', '.gz', '.old', '{', '*', '\\',
  '4fd1ef9c-56a4-4d1b-b8b0-9f2f3a1c2d3e', '20261124', '12:30', '1.2.3', '10.1.2.3', '256', '7d4b9c6f5d-x2x9z'); // biome-ignore format: a list

test('a pattern stands for what the same regular expression does', () => {
  let held = 0;
  fc.assert(
    fc.property(fc.array(token, { maxLength: 5 }), fc.array(scrap, { maxLength: 6 }), (tokens, scraps) => {
      const pattern = formatPattern(tokens);
      fc.pre(!pattern.includes('**'));
      const text = scraps.join('');
      const source = tokens
        .map((one) =>
          'literal' in one ? one.literal.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&') : expressions[one.placeholder],
        )
        .join('');
      const expected = new RegExp(`^(?:${source})$`).test(text);
      if (expected) held++;
      assert.equal(matches(pattern, text), expected, `${pattern} and ${text}`);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(held > 300, `${held} of them match`);
});

test('any text, as a pattern for itself, stands for itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, other) => {
      assert.ok(matches(literalPattern(text), text));
      if (other !== text) assert.ok(!matches(literalPattern(text), other));
      assert.equal(formatPattern(parsePattern(literalPattern(text))), literalPattern(text));
    }),
  );
});

test('paths: what is plain, what is a pattern, and back', () => {
  for (const path of ['/a', '/a/b', '/...', '/.a', '/a*b', '/..a']) assert.ok(isPlainPath(path), path);
  for (const path of ['', 'a', '/', '//a', '/a/', '/a//b', '/.', '/..', '/a/./b', '/a/..', '/a\0'])
    assert.ok(!isPlainPath(path), path);
  assert.ok(!isPlainPath(`/${'a/'.repeat(200)}a`));
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ minLength: 1 }).filter((one) => !/^\.{1,2}$|[/\0]/.test(one)),
        { minLength: 1 },
      ),
      (parts) => {
        const path = `/${parts.join('/')}`;
        assert.ok(isPlainPath(path));
        assert.ok(!isWild(pathPattern(path)));
        assert.equal(literalPath(pathPattern(path)), path);
      },
    ),
  );
  assert.ok(isWild('/a/**'));
  assert.ok(isWild('/a/{n}'));
  assert.ok(!isWild('/a/\\{n}'));
});

test('what is no pattern is refused', () => {
  for (const text of ['{x}', '{n', '**', 'a\\b', 'a\\', '{n}'.repeat(25)])
    assert.throws(() => parsePattern(text), { code: 'profile-malformed' }, text);
  for (const text of ['a', '/', '/a//b', '/../a', '/a/**/**', `/${'x'.repeat(5000)}`])
    assert.throws(() => parsePathPattern(text), { code: 'profile-malformed' }, text);
});

test('a pattern made to be slow is not', () => {
  const pattern = `${'{hex}'.repeat(12)}${'*x'.repeat(12)}y`;
  assert.ok(!matches(pattern, `${'0'.repeat(2000)}${'x'.repeat(2000)}`));
});
