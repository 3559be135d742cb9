import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Bom } from '../../src/sbom/index.ts';
import { schemaErrors } from './schema.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

describe('holdfast sbom', () => {
  let directory = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-sbom-'));
    const files = {
      'root/etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
      'root/var/lib/dpkg/status':
        'Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1:2~3\n\nPackage: broken\nStatus: install ok installed\n',
      'root/var/lib/dpkg/info/a.list': '/usr/bin/a\n',
      'root/usr/bin/a': 'a',
      'root/app/node_modules/b/package.json': '{"name":"b","version":"1.0.0","license":"MIT"}',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const holdfast = (...parameters: readonly string[]) =>
    promisify(execFile)(process.execPath, [main, 'sbom', `dir:${directory}/root`, ...parameters]);

  it('writes a valid CycloneDX document, the same each time, to stdout or a file', async () => {
    const { stdout, stderr } = await holdfast();
    const bom = JSON.parse(stdout) as Bom;
    assert.deepEqual(schemaErrors(bom), []);
    assert.deepEqual(
      bom.components.map((one) => one.purl),
      [undefined, 'pkg:deb/debian/a@1:2~3?arch=all&distro=debian-12', 'pkg:npm/b@1.0.0'],
    );
    assert.match(stderr, /^holdfast: dpkg-malformed at \/var\/lib\/dpkg\/status:6: /);
    assert.equal((await holdfast('--json')).stdout, stdout);
    await holdfast('-o', join(directory, 'bom.json'));
    assert.equal(readFileSync(join(directory, 'bom.json'), 'utf8'), stdout);
  });

  it('lists files when asked', async () => {
    const bom = JSON.parse((await holdfast('--files')).stdout) as Bom;
    assert.deepEqual(schemaErrors(bom), []);
    assert.deepEqual(
      bom.components[1]?.evidence?.occurrences?.map((one) => one.location),
      ['/usr/bin/a'],
    );
  });

  it('refuses a format it can’t write: usage', async () => {
    await assert.rejects(
      holdfast('--format', 'xml'),
      (error: Error & { readonly code?: unknown; readonly stderr?: string }) => {
        assert.match(error.stderr ?? '', /^holdfast: usage: --format is cyclonedx or spdx\n/);
        return error.code === 2;
      },
    );
  });
});
