import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { formatSource, parseSource } from '../../src/oci/index.ts';
import { parseChallenges } from '../../src/oci/registry/challenge.ts';
import { nextLink } from '../../src/oci/registry/link.ts';
import { formatRegistryName, parseRegistryName, type RegistryName } from '../../src/oci/registry/name.ts';
import { isLoopback, maySendSecret, originsOf } from '../../src/oci/registry/origin.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('names of images in registries', () => {
  const good: readonly (readonly [string, RegistryName])[] = [
    ['nginx', { host: 'docker.io', repository: 'library/nginx', reference: 'latest' }],
    ['nginx:1.25', { host: 'docker.io', repository: 'library/nginx', reference: '1.25' }],
    ['user/app', { host: 'docker.io', repository: 'user/app', reference: 'latest' }],
    ['docker.io/nginx', { host: 'docker.io', repository: 'library/nginx', reference: 'latest' }],
    ['index.docker.io/nginx', { host: 'docker.io', repository: 'library/nginx', reference: 'latest' }],
    ['docker.io/library/oci', { host: 'docker.io', repository: 'library/oci', reference: 'latest' }],
    ['localhost/a', { host: 'localhost', repository: 'a', reference: 'latest' }],
    ['localhost:5000/a/b:x', { host: 'localhost:5000', repository: 'a/b', reference: 'x' }],
    ['ghcr.io/Own.er/a'.toLowerCase(), { host: 'ghcr.io', repository: 'own.er/a', reference: 'latest' }],
    ['GHCR.io/a', { host: 'ghcr.io', repository: 'a', reference: 'latest' }],
    ['host.example:443/a', { host: 'host.example:443', repository: 'a', reference: 'latest' }],
    ['[::1]:5000/a:1', { host: '[::1]:5000', repository: 'a', reference: '1' }],
    [`h.io/a@${digest}`, { host: 'h.io', repository: 'a', reference: digest }],
    [`h.io/a:1@${digest}`, { host: 'h.io', repository: 'a', reference: digest, tag: '1' }],
    ['h.io/a__b/c-d--e/f.g', { host: 'h.io', repository: 'a__b/c-d--e/f.g', reference: 'latest' }],
  ];
  for (const [text, expected] of good) {
    it(text, () => {
      assert.deepEqual(parseSource(text), { kind: 'registry', ...expected });
      assert.deepEqual(parseRegistryName(formatRegistryName(expected)), expected);
    });
  }

  const bad = [
    'Nginx', 'a//b', '/a', 'a/', 'h.io/', 'h.io/a:', 'h.io/a@', 'h.io/a@sha256:abc', `h.io/a@${digest}@${digest}`, 'h.io/a:x y',
    'h.io/../a', 'h.io/a/..', 'h.io/a?x', 'h.io/a#x', 'h.io/a%2fb', 'user:pass@h.io/a', 'http://h.io/a', 'h.io:99999/a',
    'h.io:0x50/a', '-h.io/a', 'h_.io/a', '0x7f.1/a', '127.1/a', '[::g]:1/a', 'h.io/a:b/c', `h.io/${'a'.repeat(300)}`, `h.io/a:${'t'.repeat(129)}`,
    `h.io/a@sha512:${'a'.repeat(128)}`, 'h.io\\a', 'h.io/a\n',
  ]; // biome-ignore format: a list of words
  for (const text of bad) {
    it(`${JSON.stringify(text.slice(0, 60))} is refused`, () => {
      assert.throws(
        () => parseSource(text),
        (error) =>
          error instanceof HoldfastError && error.code === 'source-malformed' && /column \d+$/.test(error.place ?? ''),
      );
    });
  }

  it('whatever is taken is written back the same, and is asked of exactly its host', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9._:/@-]{1,20}$/);
    fc.assert(
      fc.property(
        fc.oneof(
          part,
          fc.string(),
          fc.tuple(part, part).map(([a, b]) => `${a}/${b}`),
        ),
        (text) => {
          const name = parseRegistryName(text);
          if ('fault' in name) {
            assert.ok(name.column >= 1 && name.column <= text.length + 2);
            return;
          }
          assert.deepEqual(parseRegistryName(formatRegistryName(name)), name);
          assert.equal(formatSource({ kind: 'registry', ...name }), formatRegistryName(name));
          const [origin] = originsOf(name.host, false);
          const url = new URL(`/v2/${name.repository}/manifests/${name.reference}`, origin);
          assert.equal(url.pathname, `/v2/${name.repository}/manifests/${name.reference}`);
          if (name.host !== 'docker.io') assert.ok([url.host, `${url.host}:443`].includes(name.host));
          assert.equal(url.username + url.password + url.search + url.hash, '');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const may = (to: string, registry: URL, plain: boolean): boolean => maySendSecret(new URL(to), registry, plain);

describe('origins', () => {
  it('only loopback is asked without TLS, and TLS comes first', () => {
    assert.deepEqual(originsOf('docker.io', true), ['https://registry-1.docker.io']);
    assert.deepEqual(originsOf('h.io', false), ['https://h.io']);
    assert.deepEqual(originsOf('h.io', true), ['http://h.io']);
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '127.9.9.9:5', '[::1]:5']) {
      assert.deepEqual(originsOf(host, false), [`https://${host}`, `http://${host}`]);
    }
    for (const host of ['localhost.example', '127.0.0.1.example', '127.example', '10.0.0.1', '[::2]', '128.0.0.1']) {
      assert.equal(isLoopback(host), false, host);
    }
  });

  it('secrets go over TLS, or in the clear where that was asked for', () => {
    const tls = new URL('https://r.example');
    const clear = new URL('http://r.example');
    assert.ok(may('https://auth.example/token', tls, false));
    assert.ok(!may('http://auth.example/token', tls, false));
    assert.ok(!may('http://auth.example/token', tls, true));
    assert.ok(!may('http://127.0.0.1/token', tls, true));
    assert.ok(may('http://auth.example/token', clear, true));
    assert.ok(!may('http://auth.example/token', new URL('http://127.0.0.1'), false));
    assert.ok(may('http://127.0.0.1:1/token', new URL('http://127.0.0.1'), false));
    assert.ok(!may('https://u:p@auth.example/token', tls, false));
    assert.ok(!may('ftp://auth.example/token', clear, true));
  });
});

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

const shown = (header: string) =>
  parseChallenges(header)?.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('WWW-Authenticate', () => {
  const good: readonly (readonly [string, unknown])[] = [
    ['', []],
    ['Basic', [['basic', {}]]],
    ['Basic realm="x"', [['basic', { realm: 'x' }]]],
    ['BASIC Realm=x', [['basic', { realm: 'x' }]]],
    [
      'Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"',
      [['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:a/b:pull,push' }]],
    ],
    ['Bearer realm="a" , service = "s"', [['bearer', { realm: 'a', service: 's' }]]],
    [
      'Basic realm="a", Bearer realm="b"',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b' }],
      ],
    ],
    [
      'Negotiate, Basic realm="a"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    [
      'Negotiate abc==, Basic realm="a"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    [String.raw`Basic realm="a\"b\\c"`, [['basic', { realm: 'a"b\\c' }]]],
    // A token68, by the letter.
    ['Basic realm=', [['basic', {}]]],
    [', ,Basic realm="a",,', [['basic', { realm: 'a' }]]],
  ];
  for (const [header, expected] of good) it(JSON.stringify(header), () => assert.deepEqual(shown(header), expected));

  const bad = ['=', 'Basic realm="a', 'Basic realm="a" x', 'Basic realm="a",realm="b"', '"Basic"', 'Bearer é=1'];
  for (const header of [...bad, `Basic realm="${'a'.repeat(9000)}"`]) {
    it(`${JSON.stringify(header.slice(0, 40))} is refused`, () => assert.equal(parseChallenges(header), undefined));
  }

  it('any text is read in time linear in it, or refused', () => {
    const piece = fc.constantFrom('Basic', 'Bearer', ' ', ',', '=', '"', '\\', 'realm', '\t', 'a', '==', 'é', ';');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 200 }).map((all) => all.join('')),
        ),
        (header) => {
          for (const { scheme, parameters } of parseChallenges(header) ?? []) {
            assert.equal(scheme, scheme.toLowerCase());
            for (const name of parameters.keys()) assert.equal(name, name.toLowerCase());
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('what is written is read', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
    const value = fc.stringMatching(/^[\x20-\x7e]{0,40}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.dictionary(name, value, { maxKeys: 5 }))), (challenges) => {
        const written = challenges.map(
          ([scheme, parameters]) =>
            `${scheme} ${Object.entries(parameters)
              .map(([key, text]) => `${key}=${quote(text)}`)
              .join(', ')}`,
        );
        const read = shown(written.join(', '));
        assert.deepEqual(
          read,
          challenges.map(([scheme, parameters]) => [scheme, { ...parameters }]),
        );
      }),
    );
  });
});

describe('Link', () => {
  const cases: readonly (readonly [string, string | undefined | null])[] = [
    ['', undefined],
    ['</a?n=1>; rel="next"', '/a?n=1'],
    ['</a>; rel=next', '/a'],
    ['</a>; REL="NEXT"', '/a'],
    ['</a>; rel="prev next"', '/a'],
    ['</a>; rel="prev", </b>; rel="next"', '/b'],
    ['</a>; title="x, <y>; rel=next"; rel=prev', undefined],
    ['</a>; rel=prev; rel=next', undefined],
    ['</a>', undefined],
    ['<>; rel=next', ''],
    ['/a; rel=next', null],
    ['</a; rel=next', null],
    ['</a>; rel="next', null],
    ['</a> rel=next', null],
    [`<${'a'.repeat(9000)}>; rel=next`, null],
  ];
  for (const [header, expected] of cases) {
    it(JSON.stringify(header.slice(0, 40)), () => assert.equal(nextLink(header), expected));
  }

  it('any text is read or refused', () => {
    const piece = fc.constantFrom('<', '>', ';', ',', 'rel', '=', 'next', '"', ' ', '\\', '/a', '?n=1');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 200 }).map((all) => all.join('')),
        ),
        (header) => {
          const link = nextLink(header);
          if (typeof link === 'string') assert.ok(header.includes(`<${link}>`));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
