import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseRecipe } from '../../src/profile/index.ts';
import { nginx } from '../services/nginx/service.ts';
import { python } from '../services/python/service.ts';
import { Box, execute } from '../services/support/box.ts';
import type { Service } from '../services/support/service.ts';
import { testRegistry } from '../support/registry/server.ts';
import { Watching } from '../watch/watching.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');

interface Hardened {
  readonly digest: string;
  readonly base: string;
  readonly before: { readonly bytes: number; readonly files: number; readonly packages: number };
  readonly after: { readonly bytes: number; readonly files: number; readonly packages: number };
  readonly kept: readonly string[];
  readonly tests: { readonly ran: number; readonly passed: number } | null;
}

interface Bom {
  readonly components: readonly { readonly type: string; readonly purl?: string }[];
}

interface Verdict {
  readonly reasons: readonly { readonly code: string; readonly detail?: string }[];
  readonly terms: { readonly behaviour: { readonly state: string }; readonly provenance: { readonly state: string } };
}

let scratch: string;

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-harden-'));
  // What their tests share lies beside the services.
  cpSync(join(import.meta.dirname, '../services/support'), join(scratch, 'support'), { recursive: true });
  await run(0, 'keygen', '--output-prefix', 'release');
});
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

async function run(code: number, ...args: readonly string[]): Promise<string> {
  const environment = { HOME: scratch, DOCKER_CONFIG: scratch, HOLDFAST_KEY_PASSWORD: 'secret' };
  const answer = await execute([holdfast, ...args], scratch, environment);
  assert.equal(answer.code, code, `${args.join(' ')}: ${answer.stderr}${answer.stdout}`);
  return answer.stdout + answer.stderr;
}

for (const service of [nginx, python])
  test(`${service.name}: recorded, hardened, sealed, and watched`, async (context) => {
    await using registry = await testRegistry();
    const directory = prepared(service);
    const layout = await service.image(directory);
    await using watching = await Watching.open(layout, 'test.local/built:1');
    const built = `${registry.host}/shop/${service.name}:1`;
    const image = `${registry.host}/shop/${service.name}:1-hardened`;
    const recipe = join(directory, 'recipe.yaml');
    const file = (name: string): string => join(directory, name);
    const socket = ['--containerd', watching.containerd.socket];
    await run(0, 'copy', `oci:${layout}:latest`, built);
    await run(0, 'profile', 'record', built, '--recipe', recipe, '-o', file('profile.json'), ...socket);

    const cut = ['--profile', file('profile.json'), '--recipe', recipe, ...socket];
    const signing = ['--key', 'release.key', '--profile-out', file('hardened.json'), '--json'];
    const hardened = JSON.parse(await run(0, 'harden', built, ...cut, '-t', image, ...signing)) as Hardened;
    const { before: was, after: is } = hardened;
    context.diagnostic(
      `${service.name}: ${Math.round(was.bytes / 1e6)} to ${Math.round(is.bytes / 1e6)} MB, ${was.files} to ${is.files} files, ` +
        `${was.packages} to ${is.packages} packages`,
    );
    assert.ok(is.bytes <= was.bytes * 0.6, `${is.bytes} of ${was.bytes} bytes`);
    assert.ok(is.packages <= was.packages * 0.6, `${is.packages} of ${was.packages} packages`);
    assert.ok(hardened.tests !== null && hardened.tests.passed >= 1 && hardened.tests.passed === hardened.tests.ran);

    await context.test('twice is the same', async () => {
      const again = ['-t', `oci:${file('again')}:1`, '--no-test', '--json'];
      assert.equal((JSON.parse(await run(0, 'harden', built, ...cut, ...again)) as Hardened).digest, hardened.digest);
    });

    await context.test('only the result is sealed, verified and watched as hardened', async () => {
      const policy = file('policy.yaml');
      writeFileSync(policy, trustPolicy(registry.host, join(scratch, 'release.pub')));
      const seal = ['--key', 'release.key', '--require-hardened'];
      assert.match(await run(1, 'seal', built, ...seal), /hardened-intermediate|hardening-missing/);
      await run(0, 'seal', image, ...seal, '--profile', file('hardened.json'));
      await run(0, 'verify', image, '--policy', policy);
      // Signed all the same, as what came before the result often is.
      await run(0, 'seal', built, '--key', 'release.key', '--profile', file('profile.json'));
      assert.match(
        await run(1, 'verify', built, '--policy', policy),
        /hardened-intermediate|hardened: evidence-missing/,
      );
    });

    await context.test('the SBOM names what stays, and nearly all of it runs', async () => {
      const bom = JSON.parse(await run(0, 'sbom', image)) as Bom;
      assert.deepEqual([...new Set(purls(bom))].sort(), [...new Set(hardened.kept)].sort());
      const rbom = await watched(watching, { image, built, digest: hardened.digest }, directory);
      const running = new Set(purls(rbom));
      const missing = hardened.kept.filter((purl) => !running.has(purl));
      context.diagnostic(`${service.name}: not in the RBOM: ${missing.join(', ') || 'none'}`);
      assert.ok(missing.length <= hardened.kept.length * 0.1, `${missing.length} of ${hardened.kept.length}`);
    });
  });

function prepared({ name, prepare }: Service): string {
  const directory = join(scratch, name);
  cpSync(join(import.meta.dirname, '../services', name), directory, { recursive: true });
  mkdirSync(join(scratch, 'home'), { recursive: true });
  prepare?.(directory);
  return directory;
}

function purls({ components }: Bom): readonly string[] {
  return components.flatMap(({ purl }) => purl ?? []);
}

function trustPolicy(host: string, key: string): string {
  return `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: {name: hardened}
spec:
  images: ["${host}/shop/*"]
  authorities: [{name: release, keys: [{file: ${key}}]}]
  signature: {authorities: [release]}
  profile: required
  hardened: required
`;
}

/** The hardened image under the policy, exercised by its tests: its Runtime BOM. The one it was made of is refused. */
async function watched(
  watching: Watching,
  { image, built, digest }: { readonly image: string; readonly built: string; readonly digest: string },
  directory: string,
): Promise<Bom> {
  const { containerd } = watching;
  const { runs, tests } = parseRecipe('recipe', readFileSync(join(directory, 'recipe.yaml'))).spec;
  const [first] = runs;
  assert.ok(first);
  for (const name of [image, built]) await containerd.ctr('images', 'pull', '--plain-http', name);
  await watching.start({ HOME: scratch }, ['--policy', join(directory, 'policy.yaml')]);
  const last = (id: string) => watching.of('verdict', id).at(-1) as Verdict | undefined;
  await using box = await Box.start(containerd, 'hardened', { image, directory, run: first });
  for (const { command = [], environment } of tests) await box.host(command, environment);
  await watching.until(
    () => last('hardened')?.terms.behaviour.state === 'good',
    `good: ${JSON.stringify(last('hardened'))}`,
  );
  assert.equal(last('hardened')?.terms.provenance.state, 'good');
  await using other = await Box.start(containerd, 'built', { image: built, directory, run: first });
  await watching.until(
    () =>
      last(other.id)?.reasons.some(({ detail }) =>
        /hardened-intermediate|hardened: evidence-missing/.test(detail ?? ''),
      ) === true,
    `refused: ${JSON.stringify(last('built'))}`,
  );
  // And as it was recorded: with a resolver and the files of a host's name.
  const recipe = join(directory, 'recipe.yaml');
  const again = ['profile', 'record', image, '--recipe', recipe, '-o', join(directory, 'again.json')];
  await run(0, ...again, '--containerd', containerd.socket);
  return JSON.parse((await watching.verb('rbom', digest)).stdout) as Bom;
}
