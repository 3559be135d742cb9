import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { promisify } from 'node:util';
import { copyFrom, openRepository, parseSource, type Repository, survey } from '../../src/oci/index.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { debianRegistry, goRegistry, interopTool, type RunningRegistry } from '../support/registry/outside.ts';
import { pushArtifact, pushImage } from '../support/repository.ts';

// Whoever promotes an image with its evidence, the same digests arrive.
const signal = AbortSignal.timeout(300_000);
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-copies-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const images = ['amd64', 'arm64'].map((architecture) => {
  const platform = { os: 'linux', architecture };
  return { image: buildImage({ platform, layers: [{ files: [file('etc/name', architecture)] }] }), platform };
});

/** Never blocks: the registry's own output is read here. */
async function run(tool: string, ...args: readonly string[]): Promise<void> {
  const environment = {
    ...process.env,
    HOME: scratch,
    DOCKER_CONFIG: scratch,
    REGCTL_CONFIG: join(scratch, 'regctl.json'),
  };
  await promisify(execFile)(interopTool(tool), args, { env: environment, timeout: 60_000 });
}

async function opened(text: string): Promise<Repository> {
  return await openRepository(parseSource(text), { signal, credentials: { kind: 'anonymous' } });
}

async function digestsAt(text: string): Promise<readonly string[]> {
  await using repository = await opened(text);
  const { levels } = await survey(repository, 'v1', signal);
  return levels
    .flat()
    .map(({ manifest }) => manifest.descriptor.digest)
    .sort();
}

const tools: Readonly<Record<string, (host: string) => Promise<void>>> = {
  'regctl image copy': async (host) => {
    const reach = ['--host', `reg=${host},tls=disabled`];
    await run(
      'regctl',
      ...reach,
      'image',
      'copy',
      '--referrers',
      '--digest-tags',
      `${host}/a/app:v1`,
      `${host}/b/app:v1`,
    );
  },
  'oras copy': async (host) => {
    await run('oras', 'copy', '-r', '--from-plain-http', '--to-plain-http', `${host}/a/app:v1`, `${host}/b/app:v1`);
  },
};
const registries: readonly (readonly [string, () => Promise<RunningRegistry>])[] = [
  ['go-containerregistry', goRegistry],
  ['docker-registry', debianRegistry],
];

for (const [kind, start] of registries)
  for (const [tool, copy] of Object.entries(tools))
    it(`${tool} and copy give the same digests on ${kind}`, async () => {
      await using registry = await start();
      const { host } = registry;
      await using source = await opened(`${host}/a/app:v1`);
      const root = await pushImage(source, buildIndex(images), 'v1');
      for (const subject of [root, ...images.map(({ image }) => image.manifest)]) {
        const sbom = await pushArtifact(source, subject, 'application/sbom', `of ${subject.digest}`);
        await pushArtifact(source, sbom, 'application/signature', `of ${sbom.digest}`);
      }
      await copy(host);
      await using ours = await opened(`${host}/c/app:v1`);
      await copyFrom(source, 'v1', ours, { signal, tag: 'v1' });
      const expected = await digestsAt(`${host}/a/app:v1`);
      assert.equal(expected.length, 3 + 6);
      assert.deepEqual(await digestsAt(`${host}/c/app:v1`), expected);
      assert.deepEqual(await digestsAt(`${host}/b/app:v1`), expected);
    });
