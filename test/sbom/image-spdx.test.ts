import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ImageContents } from '../../src/contents/index.ts';
import { parseDigest } from '../../src/oci/index.ts';
import { sbomFormats } from '../../src/sbom/index.ts';
import type { SpdxDocument } from '../../src/sbom/spdx.ts';

const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);
const contents: ImageContents = {
  identity: { manifest: digest('2'), config: digest('3') },
  platform: { os: 'linux', architecture: 'amd64' },
  created: '2026-03-01T10:20:30.123456789+01:00',
  layers: [],
  files: [],
  links: [],
  packages: [
    {
      purl: 'pkg:npm/%40s/c@1.0.0',
      type: 'npm',
      name: '@s/c',
      version: '1.0.0',
      location: '/node_modules/@s/c/package.json',
      licenses: ['MIT', 'My Own'],
    },
  ],
  problems: [],
};
const written = (one: ImageContents) => JSON.parse(sbomFormats.spdx(one, { toolVersion: '0.1.0' })) as SpdxDocument;

it('names image and packages, with licences on and off SPDX’s list', () => {
  const { packages, relationships, hasExtractedLicensingInfos, creationInfo } = written(contents);
  assert.deepEqual(
    packages.map((one) => one.name),
    ['image', '@s/c'],
  );
  assert.deepEqual(packages[0]?.checksums, [{ algorithm: 'SHA256', checksumValue: '2'.repeat(64) }]);
  assert.match(packages[1]?.licenseDeclared ?? '', /^MIT AND LicenseRef-[0-9a-f]{24}$/);
  assert.deepEqual(
    hasExtractedLicensingInfos?.map((one) => one.extractedText),
    ['My Own'],
  );
  assert.deepEqual(
    relationships.map((one) => one.relationshipType),
    ['DESCRIBES', 'CONTAINS'],
  );
  assert.equal(creationInfo.created, '2026-03-01T09:20:30Z');
});

it('is the same for the same image, and another document for another', () => {
  const { created: _, ...undated } = contents;
  assert.deepEqual(written(contents), written(structuredClone(contents)));
  assert.notEqual(written(undated).documentNamespace, written(contents).documentNamespace);
  assert.equal(written(undated).creationInfo.created, '1970-01-01T00:00:00Z');
});
