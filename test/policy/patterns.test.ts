import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { imageName, matchesImage, parseImagePattern } from '../../src/policy/index.ts';

function matches(pattern: string, reference: string): boolean {
  const parsed = parseImagePattern(pattern);
  assert.ok('pattern' in parsed, `${pattern}: ${'fault' in parsed ? parsed.fault : ''}`);
  return matchesImage(parsed.pattern, imageName(reference));
}

test('what each pattern is about', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['**', ['nginx', 'registry.example/a/b/c:1'], []],
    [
      'nginx',
      ['nginx', 'nginx:1.27', 'docker.io/library/nginx', 'index.docker.io/library/nginx'],
      ['acme/nginx', 'registry.example/nginx', 'nginx2'],
    ],
    ['acme/app', ['acme/app', 'docker.io/acme/app@sha256:' + 'a'.repeat(64)], ['registry.example/acme/app']],
    ['acme/**', ['acme/app', 'acme/a/b'], ['acme2/app', 'registry.example/acme/app']],
    ['docker.io/**', ['nginx', 'acme/app'], ['quay.io/nginx']],
    [
      'registry.example/team/*',
      ['registry.example/team/app'],
      ['registry.example/team/a/b', 'registry.example/team2/app'],
    ],
    ['registry.example/team/**', ['registry.example/team/app', 'registry.example/team/a/b'], ['registry.example/team']],
    [
      'registry.example/**/app',
      ['registry.example/a/app', 'registry.example/a/b/app'],
      ['registry.example/app', 'registry.example/a/app2'],
    ],
    [
      'registry.example/team/app-*',
      ['registry.example/team/app-web', 'registry.example/team/app-x-y'],
      ['registry.example/team/app'],
    ],
    ['registry.example/*a*b*/x', ['registry.example/1a2b3/x'], ['registry.example/ba/x']],
    ['*.example.com/**', ['eu.example.com/app'], ['example.com/app', 'a.b.example.com/app', 'evilexample.com/app']],
    ['registry.example:5000/**', ['registry.example:5000/app'], ['registry.example/app', 'registry.example:50001/app']],
    ['localhost/app', ['localhost/app'], ['docker.io/localhost/app']],
    ['[::1]:5000/app', ['[::1]:5000/app'], ['localhost:5000/app']],
  ];
  for (const [pattern, yes, no] of cases) {
    for (const reference of yes) assert.ok(matches(pattern, reference), `${pattern} is about ${reference}`);
    for (const reference of no) assert.ok(!matches(pattern, reference), `${pattern} is not about ${reference}`);
  }
});

test('look-alike hosts never match', () => {
  const hosts = [
    'registry.example.evil.com',
    'registry-example',
    'registryXexample.com',
    'registry.example:443',
    'evil.com/registry.example',
    'registry.examples',
    'aregistry.example',
  ];
  for (const pattern of ['registry.example/**', 'registry.example/team/*']) {
    for (const host of hosts) assert.ok(!matches(pattern, `${host}/team/app`.toLowerCase()), host);
  }
  assert.ok(matches('registry.example/**', 'REGISTRY.example/team/app'), 'a host has no case');
});

test('patterns that would be about more than they look are refused', () => {
  const wrong = [
    '',
    'registry.example*/app',
    'registry.*/app',
    '*.*.com/app',
    '*/app',
    '**/app',
    'a*/**',
    'registry.example/app:1',
    'app@sha256:abc',
    'registry.example/a**',
    'registry.example/***',
    'registry.example//app',
    'registry.example/',
    'Registry.example/app',
    'registry.example/App',
    'registry.example/a b',
    'registry.example/ä',
    'https://registry.example/app',
  ];
  for (const pattern of wrong) assert.ok('fault' in parseImagePattern(pattern), pattern);
});

test('an image without a name is only of `**`', () => {
  const all = parseImagePattern('**');
  const some = parseImagePattern('registry.example/**');
  assert.ok('pattern' in all && 'pattern' in some);
  assert.equal(matchesImage(all.pattern, undefined), true);
  assert.equal(matchesImage(some.pattern, undefined), false);
});

const part = fc.stringMatching(/^[a-z0-9]{1,4}$/);

test('a name is a pattern of itself alone; a star for any one part takes it in', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (path, other, at) => {
        const name = `registry.example/${path.join('/')}`;
        assert.ok(matches(name, name));
        assert.equal(matches(name, `registry.example/${other.join('/')}`), path.join('/') === other.join('/'));
        assert.ok(matches(`registry.example/${path.with(at % path.length, '*').join('/')}`, name));
        assert.ok(matches(`registry.example/${path.with(at % path.length, '**').join('/')}`, name));
      },
    ),
  );
});

test('a star is what the regular expression for it is', () => {
  const glob = fc
    .array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join('').replace(/\*+/g, '*'));
  fc.assert(
    fc.property(glob, fc.stringMatching(/^[ab]{1,10}$/), (pattern, text) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
      assert.equal(matches(`registry.example/${pattern}`, `registry.example/${text}`), expected);
    }),
  );
});
