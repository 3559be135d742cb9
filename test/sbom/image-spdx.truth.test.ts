import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { sbomFormats } from '../../src/sbom/index.ts';
import { contentsOf } from '../contents/packages/contents.ts';
import { debian } from '../contents/packages/debian.recipe.ts';
import { rootOf } from '../contents/packages/roots.ts';

/** SPDX's own validator: prints one line a fault. */
const validator = `import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
for one in validate_full_spdx_document(parse_file(sys.argv[1])): print(one.validation_message)
`;

function spdxTools(): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast/tools');
  const tools = join(cache, 'spdx-tools-0.8.5');
  if (!existsSync(join(tools, 'done'))) {
    mkdirSync(cache, { recursive: true });
    rmSync(tools, { recursive: true, force: true });
    execFileSync('python3', ['-m', 'venv', tools]);
    execFileSync(join(tools, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', 'spdx-tools==0.8.5']);
    writeFileSync(join(tools, 'new'), '');
    renameSync(join(tools, 'new'), join(tools, 'done'));
  }
  return join(tools, 'bin/python');
}

it('SPDX of a real image satisfies SPDX’s own validator, and a broken one does not', async () => {
  const { layout } = rootOf(debian);
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-spdx-'));
  const faults = (text: string): string => {
    writeFileSync(join(scratch, 'image.spdx.json'), text);
    return execFileSync(spdxTools(), ['-c', validator, join(scratch, 'image.spdx.json')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  };
  try {
    const written = sbomFormats.spdx(await contentsOf(`oci:${layout}:latest`), { toolVersion: '0.1.0' });
    assert.equal(faults(written), '');
    const broken = written.replace('"licenseDeclared":"NOASSERTION"', '"licenseDeclared":"NOT A LICENCE ("');
    assert.throws(() => faults(broken), /Error parsing LicenseExpression/);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
