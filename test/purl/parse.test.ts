import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Code } from '../../src/errors/index.ts';
import { buildPurl, canonicalPurl, parsePurl } from '../../src/purl/index.ts';

const refused: readonly (readonly [string, Code])[] = [
  ['', 'purl-scheme'],
  ['npm/foo', 'purl-scheme'],
  ['pkg', 'purl-scheme'],
  ['pkg:', 'purl-name'],
  ['pkg:npm', 'purl-name'],
  ['pkg:npm/', 'purl-name'],
  ['pkg:npm/@1.0', 'purl-name'],
  ['pkg:3npm/foo', 'purl-type'],
  ['pkg:n%70m/foo', 'purl-type'],
  ['pkg:npm/foo@%zz', 'purl-encoding'],
  ['pkg:npm/foo@%', 'purl-encoding'],
  ['pkg:npm/%ff', 'purl-encoding'],
  ['pkg:npm/\ud800', 'purl-encoding'],
  ['pkg:npm/a%2Fb/c', 'purl-namespace'],
  ['pkg:generic/a#b%2Fc', 'purl-subpath'],
  ['pkg:npm/foo?a=1&a=2', 'purl-qualifier'],
  ['pkg:npm/foo?a=1&A=2', 'purl-qualifier'],
  ['pkg:npm/foo?=1', 'purl-qualifier'],
  ['pkg:npm/foo?1a=1', 'purl-qualifier'],
  ['pkg:npm/foo?Arch=1', 'purl-qualifier'],
  ['pkg:npm/foo?__proto__=1', 'purl-qualifier'],
  ['pkg:deb/curl@1', 'purl-namespace'],
  ['pkg:pypi/a/b', 'purl-namespace'],
  ['pkg:swid/x', 'purl-qualifier'],
  ['pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1.x', 'purl-version'],
  [`pkg:npm/${'a'.repeat(20_000)}`, 'purl-too-long'],
];

for (const [input, code] of refused) {
  it(`refuses ${JSON.stringify(input.slice(0, 60))} with ${code}`, () =>
    assert.throws(() => parsePurl(input), { code }));
}

const canonical: readonly (readonly [string, string])[] = [
  ['pkg:deb/debian/attr@1:2.4.47-2+b1?arch=amd64', 'pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64'],
  ['PKG:DEB/Debian/Attr@1%3A2~rc1', 'pkg:deb/debian/attr@1:2~rc1'],
  ['pkg:golang/stdlib@1.26.0', 'pkg:golang/stdlib@1.26.0'],
  ['pkg:golang/github.com/BurntSushi/toml@v1.4.0', 'pkg:golang/github.com/burntsushi/toml@v1.4.0'],
  ['pkg:npm/@babel/core@7', 'pkg:npm/%40babel/core@7'],
  ['pkg:npm/foo?empty=&b=2&a=1', 'pkg:npm/foo?a=1&b=2'],
  ['pkg:generic/a%2Fb@1%2F2', 'pkg:generic/a%2Fb@1%2F2'],
  ['pkg:generic/a#./b/../c/', 'pkg:generic/a#b/c'],
  ['pkg:generic/caf%c3%a9', 'pkg:generic/caf%C3%A9'],
  ['pkg:unheardof/X/Y@Z', 'pkg:unheardof/X/Y@Z'],
  ['pkg:constructor/X', 'pkg:constructor/X'],
];

for (const [input, output] of canonical) {
  it(`spells ${input} as ${output}`, () => assert.equal(canonicalPurl(input), output));
}

it('builds with absent, empty and null parts alike', () => {
  const expected = 'pkg:npm/foo';
  assert.equal(buildPurl({ type: 'npm', name: 'foo' }), expected);
  assert.equal(
    buildPurl({ type: 'npm', namespace: '', name: 'foo', version: null, qualifiers: { a: '' }, subpath: '/' }),
    expected,
  );
});
