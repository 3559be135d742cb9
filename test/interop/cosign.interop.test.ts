import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Inspected } from '../../src/attest/index.ts';
import { newWorld, tokenFor, type World } from '../attest/world.ts';
import { buildImage, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { debianRegistry, goRegistry, interopTool, type RunningRegistry } from '../support/registry/outside.ts';

// What Holdfast signs cosign verifies, and what cosign signs Holdfast verifies: as commands, on real registries.
const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-cosign-'));
const at = (name: string): string => join(scratch, name);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const environment = {
  ...process.env,
  HOME: scratch,
  DOCKER_CONFIG: at('docker'),
  TUF_ROOT: at('tuf'),
  COSIGN_PASSWORD: 'secret',
  HOLDFAST_KEY_PASSWORD: 'secret',
};

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[]): Promise<Output> {
  return new Promise((resolve) => {
    execFile(command, args, { env: environment, cwd: scratch, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
    });
  });
}

async function must(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

const cosign = (...args: readonly string[]): Promise<string> => must(interopTool('cosign'), ...args);
const ours = (...args: readonly string[]): Promise<string> => must(holdfast, ...args);
const byKey = ['--key', 'release.pub', '--insecure-ignore-tlog=true'];
/** So that cosign asks no service. */
const alone = ['--tlog-upload=false', '--use-signing-config=false'];

const registries: readonly (readonly [string, () => Promise<RunningRegistry>])[] = [
  ['go-containerregistry', goRegistry],
  ['docker-registry', debianRegistry],
];
let world: World;

before(async () => {
  interopTool('cosign');
  world = await newWorld();
  const { tlogs, ctlogs, ...authorities } = world.rootDocument;
  const [logs, certificateLogs] = [tlogs, ctlogs].map((all) =>
    all.map((log) => ({ ...log, hashAlgorithm: 'SHA2_256' })),
  );
  writeFileSync(at('root.json'), JSON.stringify({ ...authorities, tlogs: logs, ctlogs: certificateLogs }));
  writeFileSync(at('scan.json'), JSON.stringify({ scanner: { uri: 'https://scanner.example', result: [] } }));
  await writeLayout(at('image'), image);
  await ours('keygen', '--output-prefix', 'release');
});
after(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

/** An image in a repository of its own. */
async function pushed(registry: RunningRegistry, name: string): Promise<string> {
  const reference = `${registry.host}/interop/${name}:v1`;
  await ours('copy', 'oci:image:latest', reference);
  return reference;
}

/** What of all that is attached verifies by our key, as it describes itself. */
async function verified(reference: string): Promise<readonly string[]> {
  const { manifests } = JSON.parse(
    await ours('inspect', reference, '--public-key', 'release.pub', '--json'),
  ) as Inspected;
  return manifests
    .flatMap(({ attached }) => attached.flatMap(({ evidence }) => evidence))
    .filter((one) => one.verified === 'yes')
    .map(({ says }) => says.split(',')[0] ?? '')
    .sort();
}

for (const [kind, start] of registries) {
  describe(`cosign, on ${kind}`, () => {
    it('verifies an image that was sealed: its signature, and every attestation', async () => {
      await using registry = await start();
      const reference = await pushed(registry, 'sealed');
      await ours('seal', reference, '--key', 'release.key');
      await cosign('verify', ...byKey, reference);
      const types = ['cyclonedx', 'spdx', 'slsaprovenance1', 'https://holdfast.dev/attestation/file-manifest/v1'];
      for (const type of types) {
        const told = await cosign('verify-attestation', ...byKey, '--type', type, reference);
        const { payload } = JSON.parse(told) as { payload: string };
        const { subject } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { subject: [{ digest: object }] };
        assert.deepEqual(subject[0].digest, { sha256: image.manifest.digest.slice('sha256:'.length) });
      }
      const other = await run(interopTool('cosign'), ['verify-attestation', ...byKey, '--type', 'vuln', reference]);
      assert.notEqual(other.code, 0, 'what is not there is not verified');
    });

    it('refuses another key', async () => {
      await using registry = await start();
      const reference = await pushed(registry, 'other');
      await ours('sign', reference, '--key', 'release.key');
      const prefix = `another-${kind}`;
      await ours('keygen', '--output-prefix', prefix);
      const told = await run(interopTool('cosign'), [
        'verify',
        '--key',
        `${prefix}.pub`,
        '--insecure-ignore-tlog=true',
        reference,
      ]);
      assert.notEqual(told.code, 0);
    });

    it('signs and attests with a key that Holdfast made, and Holdfast verifies both', async () => {
      await using registry = await start();
      const reference = await pushed(registry, 'theirs');
      await cosign('sign', '-y', '--key', 'release.key', ...alone, reference);
      await cosign(
        'attest',
        '-y',
        '--key',
        'release.key',
        ...alone,
        '--type',
        'vuln',
        '--predicate',
        'scan.json',
        reference,
      );
      assert.deepEqual(await verified(reference), ['image signature', 'vulnerabilities by https://scanner.example']);
    });

    it('signs and attests in its older way, under tags, and Holdfast verifies both, beside newer ones', async () => {
      await using registry = await start();
      const reference = await pushed(registry, 'older');
      const older = ['--key', 'release.key', ...alone, '--new-bundle-format=false'];
      await cosign('sign', '-y', ...older, reference);
      await cosign('attest', '-y', ...older, '--type', 'vuln', '--predicate', 'scan.json', reference);
      assert.deepEqual(
        (await verified(reference)).map((says) => says.split(' ')[0]),
        ['image', 'vulnerabilities'],
      );
      // Any newer one by anyone hides the older from cosign; never from Holdfast.
      await ours('attest', reference, '--key', 'release.key', '--type', 'openvex', '--predicate', 'scan.json');
      assert.equal((await verified(reference)).length, 3);
    });

    it('verifies what was signed keyless under a private root, and only for that identity', async () => {
      await using registry = await start();
      const reference = await pushed(registry, 'keyless');
      const { fulcio, logs, timestampAuthorities } = world.services;
      const services = [
        '--fulcio-url',
        fulcio,
        ...logs.flatMap(({ url }) => ['--rekor-url', url]),
        ...timestampAuthorities.flatMap((url) => ['--timestamp-url', url]),
      ];
      const who = 'https://ci.example/release';
      await ours('sign', reference, '--identity-token', tokenFor(who), ...services);
      const identity = (name: string) => [
        'verify',
        '--trusted-root',
        'root.json',
        '--certificate-oidc-issuer',
        'https://issuer.example.com',
        '--certificate-identity',
        name,
        reference,
      ];
      await cosign(...identity(who));
      assert.notEqual((await run(interopTool('cosign'), identity(`${who}/evil`))).code, 0);
      // A statement too large for a public log is there by its digest.
      writeFileSync(at('large.json'), JSON.stringify({ ballast: 'x'.repeat(200_000) }));
      const large = 'https://holdfast.example/large/v1';
      await ours(
        'attest',
        reference,
        '--identity-token',
        tokenFor(who),
        ...services,
        '--type',
        large,
        '--predicate',
        'large.json',
      );
      const [verb, ...rest] = identity(who);
      await cosign(`${verb}-attestation`, '--type', large, ...rest);
    });
  });
}
