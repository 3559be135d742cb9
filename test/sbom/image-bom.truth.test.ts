import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { sbomFormats } from '../../src/sbom/index.ts';
import { contentsOf } from '../contents/packages/contents.ts';
import { debian } from '../contents/packages/debian.recipe.ts';
import { printed, rootOf } from '../contents/packages/roots.ts';
import { schemaErrors } from './schema.ts';

it('is valid for a real image, and the same bytes from a layout and from an archive', async () => {
  const { layout } = rootOf(debian);
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-sbom-'));
  try {
    printed('skopeo', ['copy', '-q', `oci:${layout}:latest`, `oci-archive:${scratch}/image.tar:latest`]);
    const [one, other] = [
      await contentsOf(`oci:${layout}:latest`),
      await contentsOf(`oci-archive:${scratch}/image.tar`),
    ].map((contents) => sbomFormats.cyclonedx(contents, { toolVersion: '0.1.0', occurrences: 'files' }));
    assert.ok(one !== undefined && one.length > 100_000);
    assert.equal(other, one);
    assert.deepEqual(schemaErrors(JSON.parse(one)), []);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
