import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Inspected } from '../../src/attest/index.ts';
import type { Judged } from '../../src/policy/index.ts';
import { buildImage, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';

// A release as a pipeline does it, command by command, against a real registry on loopback.
const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-release-'));
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const other = buildImage({ layers: [{ files: [file('etc/b', 'b')] }] });
let registry: TestRegistry;

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Output> {
  const environment = { ...process.env, HOME: scratch, DOCKER_CONFIG: scratch, HOLDFAST_KEY_PASSWORD: 'secret' };
  return new Promise((resolve) => {
    execFile(holdfast, args, { env: environment, cwd: scratch }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
    });
  });
}

async function expecting(code: number, ...args: readonly string[]): Promise<string> {
  const answer = await run(...args);
  assert.equal(answer.code, code, `${args.join(' ')}: ${answer.stderr}${answer.stdout}`);
  return answer.stdout;
}

const at = (name: string): string => `${registry.host}/${name}`;
const policy = `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: { name: release }
spec:
  images: ["**"]
  authorities: [{ name: release, keys: [{ file: release.pub }] }]
  signature: { authorities: [release] }
  sbom: { authorities: [release] }
  provenance: { authorities: [release], sources: [{ uri: https://source.example/app }] }
`;

before(async () => {
  registry = await testRegistry();
  writeFileSync(join(scratch, 'policy.yaml'), policy);
  await writeLayout(join(scratch, 'built'), image);
  await writeLayout(join(scratch, 'other'), other);
  await expecting(0, 'keygen', '--output-prefix', 'release');
});
after(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

describe('a release', () => {
  it('is denied before it is sealed, promoted with its evidence after, and verified where there is no network', async () => {
    await expecting(0, 'copy', 'oci:built:latest', at('dev/app:1'));
    const denied = await expecting(1, 'verify', at('dev/app:1'), '--policy', 'policy.yaml');
    assert.match(denied, /FAIL signature: evidence-missing/);
    assert.match(
      await expecting(1, 'copy', at('dev/app:1'), at('prod/app:1'), '--require', 'policy.yaml'),
      /not copied/,
    );
    assert.equal(registry.repository('prod/app').manifests.size, 0, 'nothing of it was copied');

    const source = ['--source', 'git+https://source.example/app@refs/heads/main'];
    const page = await expecting(0, 'seal', at('dev/app:1'), '--key', 'release.key', ...source);
    for (const part of ['CycloneDX SBOM', 'SPDX SBOM', 'file manifest', 'provenance', 'signature'])
      assert.match(page, new RegExp(`${part} +sha256:[0-9a-f]{12} +attached`));
    const judged = JSON.parse(
      await expecting(0, 'verify', at('dev/app:1'), '--policy', 'policy.yaml', '--json'),
    ) as Judged;
    assert.deepEqual([judged.result, judged.digest], ['allow', image.manifest.digest]);

    assert.match(await expecting(1, 'missing', at('dev/app:1'), 'oci:other:latest'), /lacks:/);
    await expecting(0, 'copy', at('dev/app:1'), at('prod/app:1'), '--require', 'policy.yaml');
    await expecting(0, 'missing', at('dev/app:1'), at('prod/app:1'));
    await expecting(0, 'copy', at('prod/app:1'), 'oci:carried:1');
    const named = ['--name', 'registry.example/prod/app:1'];
    await expecting(0, 'verify', 'oci:carried:1', ...named, '--policy', 'policy.yaml');
    const found = JSON.parse(
      await expecting(0, 'inspect', 'oci:carried:1', '--public-key', 'release.pub', '--json'),
    ) as Inspected;
    const says = found.manifests.flatMap(({ attached }) => attached.flatMap(({ evidence }) => evidence));
    assert.deepEqual([...new Set(says.map(({ verified }) => verified))], ['yes']);
    assert.equal(says.length, 5);
  });

  it('from another source is denied, with the reason', async () => {
    await expecting(0, 'copy', 'oci:other:latest', at('dev/fork:1'));
    await expecting(
      0,
      'seal',
      at('dev/fork:1'),
      '--key',
      'release.key',
      '--source',
      'git+https://evil.example/app@main',
    );
    assert.match(
      await expecting(1, 'verify', at('dev/fork:1'), '--policy', 'policy.yaml'),
      /FAIL provenance: .*evil\.example/,
    );
  });

  it('says what was wrong with the command line, and changes nothing', async () => {
    await expecting(2, 'seal', at('dev/app:1'));
    await expecting(2, 'seal', at('dev/app:1'), '--key', 'release.key', '--sbom', 'xml');
    await expecting(2, 'seal', 'dir:built', '--key', 'release.key');
    await expecting(
      2,
      'attest',
      at('dev/app:1'),
      '--key',
      'release.key',
      '--type',
      'nonsense',
      '--predicate',
      'policy.yaml',
    );
    await expecting(2, 'verify', at('dev/app:1'));
    await expecting(3, 'verify', at('dev/none:1'), '--policy', 'policy.yaml');
  });
});
