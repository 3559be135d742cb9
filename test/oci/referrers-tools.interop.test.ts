import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openRepository, parseSource, type Repository, type SourceReference } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { debianRegistry, goRegistry, interopTool } from '../support/registry/outside.ts';
import { pushArtifact, pushImage } from '../support/repository.ts';

// What oras, regctl and crane attach, Holdfast finds, and they find what Holdfast attaches.
const signal = AbortSignal.timeout(300_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-tools-'));
after(() => rmSync(scratch, { recursive: true }));

const config = join(scratch, 'tool-config');
const environment = {
  ...process.env,
  HOME: scratch,
  DOCKER_CONFIG: config,
  REGCTL_CONFIG: join(config, 'regctl.json'),
};

function run(tool: string, ...args: readonly string[]): string {
  return execFileSync(interopTool(tool), args, {
    encoding: 'utf8',
    cwd: scratch,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function opened(source: SourceReference): Promise<Repository> {
  return await openRepository(source, { signal, create: true, credentials: { kind: 'anonymous' } });
}

const digestsIn = (text: string): ReadonlySet<string> => new Set(text.match(/sha256:[0-9a-f]{64}/g));

const registries = [
  ['docker-registry', debianRegistry],
  ['go-containerregistry', goRegistry],
] as const;

for (const [kind, start] of registries) {
  describe(`other tools on ${kind}`, () => {
    it('find what Holdfast attached, and Holdfast what they attached', async () => {
      await using registry = await start();
      const name = `${registry.host}/team/app:1`;
      await using repository = await opened(parseSource(name));
      await pushImage(repository, image, '1');
      const ours = await pushArtifact(repository, image.manifest, 'application/x.ours', 'ours');
      writeFileSync(join(scratch, 'theirs.txt'), 'theirs');
      const attached = run(
        'oras',
        'attach',
        '--plain-http',
        '--artifact-type',
        'application/x.oras',
        name,
        'theirs.txt:text/plain',
      );
      const byOras = /Digest: (sha256:[0-9a-f]{64})/.exec(attached)?.[1] ?? '';
      const host = ['--host', `reg=${registry.host},tls=disabled`];
      run(
        'regctl',
        ...host,
        'artifact',
        'put',
        '--artifact-type',
        'application/x.regctl',
        '--subject',
        name,
        '-f',
        'theirs.txt',
      );

      const found = await repository.referrers(image.manifest.digest, signal);
      assert.equal(found.length, 3);
      assert.ok(found.some((one) => one.digest === ours.digest));
      assert.ok(found.some((one) => one.digest === byOras));
      for (const { digest } of found) await repository.manifest(digest, signal);

      const discovered = digestsIn(run('oras', 'discover', '--plain-http', '--format', 'json', name));
      const listed = digestsIn(run('regctl', ...host, 'artifact', 'list', name, '--format', '{{jsonPretty .}}'));
      for (const { digest } of found) {
        assert.ok(discovered.has(digest), 'oras');
        assert.ok(listed.has(digest), 'regctl');
      }
      assert.equal(run('crane', 'digest', '--insecure', name).trim(), image.manifest.digest);
    });
  });
}

describe('other tools on an OCI layout', () => {
  it('read what Holdfast wrote, and Holdfast what they wrote', async () => {
    await using registry = await goRegistry();
    const name = `${registry.host}/team/app:1`;
    await using source = await opened(parseSource(name));
    await pushImage(source, image, '1');
    const artifact = await pushArtifact(source, image.manifest, 'application/x', 'evidence');
    const expected = [artifact.digest];
    const referrersIn = async (directory: string): Promise<readonly string[]> => {
      await using layout = await opened({ kind: 'oci', directory });
      assert.equal((await layout.resolve('1', signal)).digest, image.manifest.digest);
      assert.equal((await layout.resolve(undefined, signal)).digest, image.manifest.digest);
      return (await layout.referrers(image.manifest.digest, signal)).map((one) => one.digest);
    };

    const byOras = join(scratch, 'by-oras');
    run('oras', 'copy', '-r', '--from-plain-http', '--to-oci-layout', name, `${byOras}:1`);
    assert.deepEqual(await referrersIn(byOras), expected);

    const byRegctl = join(scratch, 'by-regctl');
    const host = ['--host', `reg=${registry.host},tls=disabled`];
    run('regctl', ...host, 'image', 'copy', '--referrers', name, `ocidir://${byRegctl}:1`);
    assert.deepEqual(await referrersIn(byRegctl), expected);

    const byUs = join(scratch, 'by-us');
    await using layout = await opened({ kind: 'oci', directory: byUs });
    await pushImage(layout, image, '1');
    await pushArtifact(layout, image.manifest, 'application/x', 'evidence');
    assert.deepEqual(await referrersIn(byUs), expected);
    assert.ok(digestsIn(run('oras', 'discover', '--oci-layout', '--format', 'json', `${byUs}:1`)).has(artifact.digest));
    const listed = run('regctl', 'artifact', 'list', `ocidir://${byUs}:1`, '--format', '{{jsonPretty .}}');
    assert.ok(digestsIn(listed).has(artifact.digest));
    assert.equal(
      execFileSync('skopeo', ['inspect', '--format', '{{.Digest}}', `oci:${byUs}:1`], { encoding: 'utf8' }).trim(),
      image.manifest.digest,
    );

    // On from our layout to another registry, with nothing lost and nothing changed.
    await using target = await goRegistry();
    run('oras', 'copy', '-r', '--from-oci-layout', '--to-plain-http', `${byUs}:1`, `${target.host}/team/app:1`);
    await using copied = await opened(parseSource(`${target.host}/team/app:1`));
    assert.deepEqual(
      (await copied.referrers(image.manifest.digest, signal)).map((one) => one.digest),
      expected,
    );
  });
});
