import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ImageContents } from '../../src/contents/index.ts';
import { buildImage, buildIndex, type TestImage, writeDockerArchive, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { tarOf } from '../support/tar.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const status = `Package: tool
Status: install ok installed
Architecture: amd64
Version: 1.0-1
`;

function holdfast(...words: readonly string[]) {
  return spawnSync(process.execPath, [main, 'contents', ...words], { encoding: 'utf8' });
}

function image(architecture: string): TestImage {
  return buildImage({
    platform: { os: 'linux', architecture },
    layers: [
      {
        files: [
          file('usr/bin/tool', architecture),
          { path: 'bin', target: 'usr/bin' },
          file('var/lib/dpkg/status', status),
          file('var/lib/dpkg/info/tool.list', '/.\n/bin\n/bin/tool\n'),
          file('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
        ],
      },
      { files: [file('opt/app/extra')] },
    ],
  });
}

describe('holdfast contents', () => {
  let scratch = '';
  const amd64 = image('amd64');
  const arm64 = image('arm64');
  const index = buildIndex([
    { image: amd64, platform: { os: 'linux', architecture: 'amd64' } },
    { image: arm64, platform: { os: 'linux', architecture: 'arm64' } },
  ]);
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-contents-'));
    await writeLayout(join(scratch, 'layout'), index);
    await writeDockerArchive(join(scratch, 'docker.tar'), amd64);
    writeFileSync(join(scratch, 'short.tar'), tarOf([file('a', 'x'.repeat(2000))]).subarray(0, 700));
  });
  after(() => rmSync(scratch, { recursive: true }));

  it('tells people digests, layers, packages, and what no package owns', () => {
    const { status: code, stdout, stderr } = holdfast(`oci:${scratch}/layout`, '--platform', 'linux/arm64');
    assert.deepEqual([code, stderr], [0, '']);
    for (const expected of [
      new RegExp(`^index +${index.entries[0]?.digest}$`, 'm'),
      new RegExp(`^manifest +${arm64.manifest.digest}$`, 'm'),
      new RegExp(`^config +${arm64.configDigest}$`, 'm'),
      /^platform +linux\/arm64, Debian 12$/m,
      /^files +5 regular, .*; 1 symlinks$/m,
      /^deb +1 +1$/m,
      /^4 files no package owns/m,
      /^\/opt\/app +1 /m,
    ]) {
      assert.match(stdout, expected);
    }
  });

  it('gives the document with --json: owners, digests, sorted', () => {
    const { status: code, stdout } = holdfast(`docker-archive:${scratch}/docker.tar`, '--json');
    assert.equal(code, 0);
    const contents = JSON.parse(stdout) as ImageContents;
    assert.deepEqual(contents.identity, { config: amd64.configDigest });
    assert.deepEqual(
      contents.layers.map(({ diffId }) => diffId),
      amd64.layers.map(({ diffId }) => diffId),
    );
    const owned = contents.files.filter((one) => one.owner !== undefined);
    assert.deepEqual(
      owned.map(({ path, owner }) => [path, contents.packages[owner ?? -1]?.name]),
      [['/usr/bin/tool', 'tool']],
    );
    assert.equal(holdfast(`docker-archive:${scratch}/docker.tar`, '--json').stdout, stdout);
  });

  it('ends with the code of what went wrong, and names the place', () => {
    const cases = [
      ['UPPER', 2, 'source-malformed'],
      [`oci:${scratch}/absent`, 3, 'not-found'],
      [`docker-archive:${scratch}/short.tar`, 3, 'tar-truncated'],
    ] as const;
    for (const [source, exit, code] of cases) {
      const { status: ended, stderr, stdout } = holdfast(source, '--json');
      const failure = JSON.parse(stderr) as { readonly error?: { readonly code: string }; readonly code?: string };
      assert.deepEqual([ended, stdout, failure.code ?? failure.error?.code], [exit, '', code]);
    }
    assert.equal(holdfast(`oci:${scratch}/layout`, '--platform', 'linux/mips').status, 3);
    assert.equal(holdfast(`oci:${scratch}/layout`, '--platform', 'linux').status, 2);
  });
});
