import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDigest } from '../../src/oci/index.ts';
import { type FileUsed, type RbomInput, runtimeBom } from '../../src/watch/index.ts';
import { schemaErrors } from '../sbom/schema.ts';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
const first = '2026-11-24T09:00:00.000Z';
const last = '2026-11-24T10:00:00.000Z';

const base: FileUsed = {
  use: 'executed',
  path: '/usr/bin/ls',
  sha256: 'a'.repeat(64),
  verdict: 'good',
  how: 'content',
  from: 'layer 0',
  package: 'pkg:deb/debian/coreutils@9.1?arch=amd64',
  layer: 0,
  first,
  last: first,
  count: 1,
};
const uses: readonly FileUsed[] = [
  base,
  { ...base, use: 'mapped', last, count: 4 },
  { ...base, use: 'read', path: '/usr/share/x', package: 'pkg:npm/%40scope/thing@1.0.0' },
  {
    ...base,
    path: '/tmp/x',
    package: undefined,
    layer: undefined,
    verdict: 'foreign',
    how: 'not-in-image',
    from: 'upper',
  },
  {
    ...base,
    use: 'executed',
    path: '/gone',
    sha256: undefined,
    package: undefined,
    layer: undefined,
    verdict: 'unknown',
    how: 'hash-gone',
    from: 'upper',
  },
  {
    ...base,
    use: 'mapped',
    path: '//anon',
    sha256: undefined,
    package: undefined,
    layer: undefined,
    verdict: 'none',
    how: 'anonymous',
    from: 'unknown',
  },
  { ...base, use: 'written', path: '/var/log/x', package: undefined, layer: undefined },
];
const input: RbomInput = {
  toolVersion: '0.1.0',
  time: last,
  image: {
    key: digest,
    keyKind: 'manifest',
    name: 'test.local/x:1',
    named: 'manifest',
    index: null,
    manifest: digest,
    config: digest,
    candidates: [],
    unreadable: null,
  },
  containers: [
    {
      display: 'default/x',
      running: true,
      coverage: {
        from: first,
        to: last,
        sufficient: false,
        reasons: ['ring'],
        gaps: [{ cause: 'ring', from: first, to: last, count: 3, repaired: false, detail: 'full' }],
      },
    },
  ],
  uses,
  packages: new Map([
    [
      'pkg:deb/debian/coreutils@9.1?arch=amd64',
      { purl: 'pkg:deb/debian/coreutils@9.1?arch=amd64', name: 'coreutils', version: '9.1' },
    ],
    ['pkg:npm/%40scope/thing@1.0.0', { purl: 'pkg:npm/%40scope/thing@1.0.0', name: '@scope/thing', version: '1.0.0' }],
    ['pkg:deb/debian/unused@1', { purl: 'pkg:deb/debian/unused@1', name: 'unused', version: '1' }],
  ]),
};

test('it is valid CycloneDX 1.6, with lifecycle operations', () => {
  const bom = runtimeBom(input);
  assert.deepEqual(schemaErrors(bom), []);
  assert.deepEqual(bom.metadata.lifecycles, [{ phase: 'operations' }]);
});

test('it is valid without a known image, too', () => {
  const image = {
    ...input.image,
    key: null,
    keyKind: null,
    name: '',
    manifest: null,
    config: null,
    unreadable: 'image-unknown',
  };
  assert.deepEqual(schemaErrors(runtimeBom({ ...input, image, packages: new Map(), uses: [] })), []);
});

test('packages in use, merely read, and files that no package owns; nothing that was only written', () => {
  const bom = runtimeBom(input);
  assert.deepEqual(
    bom.components.map((one) => [one.type, one.group, one.name, one.version]),
    [
      ['library', undefined, 'coreutils', '9.1'],
      ['library', '@scope', 'thing', '1.0.0'],
      ['file', undefined, '/tmp/x', undefined],
      ['file', undefined, '/gone', undefined],
      ['file', undefined, '//anon', undefined],
    ],
  );
  const properties = Object.fromEntries((bom.metadata.properties ?? []).map(({ name, value }) => [name, value]));
  assert.equal(properties['holdfast:packages:in-use'], '1');
  assert.equal(properties['holdfast:packages:read'], '1');
  assert.equal(properties['holdfast:packages:in-image'], '3');
});

test('first and last seen, counts, and occurrences with their hashes', () => {
  const [coreutils] = runtimeBom(input).components;
  assert.deepEqual(coreutils?.properties, [
    { name: 'holdfast:executed', value: `first ${first} last ${first} count 1` },
    { name: 'holdfast:mapped', value: `first ${first} last ${last} count 4` },
  ]);
  assert.deepEqual(coreutils?.evidence?.occurrences, [
    { location: '/usr/bin/ls', additionalContext: `sha256:${'a'.repeat(64)} executed,mapped layer 0` },
  ]);
});

test('coverage is stated, and where it is insufficient the composition is incomplete', () => {
  const bom = runtimeBom(input);
  const values = (bom.metadata.properties ?? []).map(({ value }) => value);
  assert.ok(values.includes(`default/x ${first} ${last} insufficient`));
  assert.ok(values.includes(`default/x ring ${first} ${last} lost full`));
  assert.equal(bom.compositions?.[0]?.aggregate, 'incomplete');
});
