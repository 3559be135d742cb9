import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import type { ImageContents, ImagePackage } from '../../src/contents/index.ts';
import { parseDigest } from '../../src/oci/index.ts';
import { type Bom, imageBom, sbomFormats, serialNumberOf, writeBom } from '../../src/sbom/index.ts';
import { schemaErrors } from './schema.ts';

const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);

const contents: ImageContents = {
  identity: { index: digest('1'), manifest: digest('2'), config: digest('3') },
  platform: { os: 'linux', architecture: 'amd64' },
  distribution: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  layers: [
    { digest: digest('4'), diffId: digest('5'), size: 10 },
    { digest: digest('6'), diffId: digest('7'), size: 20 },
  ],
  files: [
    { path: '/app/bin', sha256: 'a'.repeat(64), size: 1, mode: 0o755, layer: 1, owner: 3 },
    { path: '/usr/bin/curl', sha256: 'b'.repeat(64), size: 1, mode: 0o755, layer: 0, owner: 0 },
    { path: '/usr/share/doc/curl/copyright', sha256: 'c'.repeat(64), size: 1, mode: 0o644, layer: 1, owner: 0 },
    { path: '/var/lib/dpkg/status', sha256: 'd'.repeat(64), size: 1, mode: 0o644, layer: 1 },
  ],
  links: [],
  packages: [
    {
      purl: 'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12',
      type: 'deb',
      name: 'curl',
      version: '7.88.1-10',
      location: '/var/lib/dpkg/status',
      source: { name: 'curl', version: '7.88.1-10' },
    },
    {
      purl: 'pkg:npm/%40s/c@1.0.0',
      type: 'npm',
      name: '@s/c',
      version: '1.0.0',
      location: '/b/node_modules/@s/c/package.json',
      licenses: ['MIT', 'Some License'],
    },
    {
      purl: 'pkg:npm/%40s/c@1.0.0',
      type: 'npm',
      name: '@s/c',
      version: '1.0.0',
      location: '/a/node_modules/@s/c/package.json',
      licenses: ['MIT'],
    },
    {
      purl: 'pkg:golang/example.com/app',
      type: 'golang',
      name: 'example.com/app',
      version: '(devel)',
      location: '/app/bin',
    },
  ],
  problems: [{ place: '/var/lib/dpkg/status:1', code: 'dpkg-malformed', message: 'no version' }],
};
const options = { toolVersion: '0.1.0' };

it('is valid by the official schema, whatever is known of the image', () => {
  const { distribution: _, ...plain } = contents;
  const empty: ImageContents = { ...plain, identity: {}, layers: [], files: [], packages: [], problems: [] };
  for (const one of [contents, empty]) {
    for (const occurrences of ['locations', 'files'] as const) {
      for (const name of [undefined, 'registry.example:5000/team/app:1.2', 'app']) {
        const written = sbomFormats.cyclonedx(one, {
          ...options,
          occurrences,
          ...(name === undefined ? {} : { name }),
        });
        assert.deepEqual(schemaErrors(JSON.parse(written)), []);
      }
    }
  }
});

it('is refused by the schema when it is broken, so the check can fail', () => {
  assert.notDeepEqual(schemaErrors({ ...JSON.parse(writeBom(imageBom(contents, options))), specVersion: 7 }), []);
});

it('describes the image by its digests, each by its own name', () => {
  const { component } = imageBom(contents, { ...options, name: 'registry.example:5000/team/app:1.2' }).metadata;
  assert.equal(component.version, digest('2'));
  assert.equal(
    component.purl,
    `pkg:oci/app@sha256:${'2'.repeat(64)}?arch=amd64&repository_url=registry.example:5000%2Fteam%2Fapp&tag=1.2`,
  );
  assert.deepEqual(component.hashes, [{ alg: 'SHA-256', content: '2'.repeat(64) }]);
  assert.deepEqual(component.properties, [
    { name: 'holdfast:image:index', value: digest('1') },
    { name: 'holdfast:image:manifest', value: digest('2') },
    { name: 'holdfast:image:config', value: digest('3') },
    { name: 'holdfast:image:platform', value: 'linux/amd64' },
    { name: 'holdfast:image:layer', value: `0 ${digest('5')}` },
    { name: 'holdfast:image:layer', value: `1 ${digest('7')}` },
  ]);
});

it('has one component a package URL, sorted, after the operating system', () => {
  const { components } = imageBom(contents, options);
  assert.deepEqual(
    components.map((one) => one['bom-ref']),
    [
      'os:debian@12',
      'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12',
      'pkg:golang/example.com/app',
      'pkg:npm/%40s/c@1.0.0',
    ],
  );
  const [, curl, app, scoped] = components;
  assert.deepEqual(curl?.properties, [
    { name: 'holdfast:source:name', value: 'curl' },
    { name: 'holdfast:source:version', value: '7.88.1-10' },
    { name: 'holdfast:layer', value: `0 ${digest('5')}` },
    { name: 'holdfast:layer', value: `1 ${digest('7')}` },
    { name: 'holdfast:files', value: '2' },
  ]);
  assert.equal(app?.type, 'application');
  assert.deepEqual(app?.hashes, [{ alg: 'SHA-256', content: 'a'.repeat(64) }]);
  assert.deepEqual([scoped?.group, scoped?.name], ['@s', 'c']);
  assert.deepEqual(scoped?.licenses, [{ license: { id: 'MIT' } }, { license: { name: 'Some License' } }]);
  assert.deepEqual(
    scoped?.evidence?.occurrences?.map((one) => one.location),
    ['/a/node_modules/@s/c/package.json', '/b/node_modules/@s/c/package.json'],
  );
});

it('lists the files of a component with their digests when asked', () => {
  const [, curl] = imageBom(contents, { ...options, occurrences: 'files' }).components;
  assert.deepEqual(curl?.evidence?.occurrences, [
    { location: '/usr/bin/curl', additionalContext: `sha256:${'b'.repeat(64)}` },
    { location: '/usr/share/doc/curl/copyright', additionalContext: `sha256:${'c'.repeat(64)}` },
  ]);
});

it('says what could not be read, and that it is incomplete', () => {
  const bom = imageBom(contents, options);
  assert.deepEqual(bom.metadata.properties, [
    { name: 'holdfast:problem', value: 'dpkg-malformed /var/lib/dpkg/status:1: no version' },
  ]);
  assert.equal(bom.compositions?.[0]?.aggregate, 'incomplete');
});

it('is the same bytes however the packages were ordered and the objects built', () => {
  const bom = imageBom(contents, options);
  const reversed = JSON.parse(JSON.stringify(bom), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toReversed())
      : value,
  ) as Bom;
  assert.equal(writeBom(reversed), writeBom(bom));
});

it('takes its serial number from the content', () => {
  const bom = imageBom(contents, options);
  const serial = serialNumberOf(bom);
  assert.match(serial, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal((JSON.parse(writeBom(bom)) as Bom).serialNumber, serial);
  assert.equal(serialNumberOf({ ...bom, serialNumber: serial }), serial);
  assert.notEqual(serialNumberOf({ ...bom, version: 2 }), serial);
});

it('stays valid and unique for names and texts of any kind', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const one: fc.Arbitrary<ImagePackage> = fc.record({
    purl: fc.constantFrom('pkg:npm/a@1', 'pkg:npm/b@1', 'pkg:npm/c@1'),
    type: fc.constant('npm' as const),
    name: text,
    version: text,
    location: text,
    licenses: fc.array(text, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), (packages) => {
      const bom = JSON.parse(writeBom(imageBom({ ...contents, files: [], packages }, options))) as Bom;
      assert.deepEqual(schemaErrors(bom), []);
      const references = bom.components.map((component) => component['bom-ref']);
      assert.equal(new Set(references).size, references.length);
    }),
    { numRuns: 60 },
  );
});
