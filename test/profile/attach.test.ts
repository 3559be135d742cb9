import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { recipeFor } from '../../src/cli/profile/recipe-attached.ts';
import type { Digest } from '../../src/oci/index.ts';
import { generalise, profileDigest, recordingOf, writeProfile } from '../../src/profile/index.ts';
import { buildImage, buildIndex, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { ran, session } from './observations.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-attach-'));
const images = ['amd64', 'arm64'].map((architecture) => ({
  image: buildImage({ platform: { os: 'linux', architecture }, layers: [{ files: [file('etc/a', architecture)] }] }),
  platform: { os: 'linux', architecture },
}));
const index = buildIndex(images);
const arm64 = images[1]?.image.manifest.digest;
const profileOf = (subject: Digest | undefined): ReturnType<typeof generalise> =>
  generalise(recordingOf(subject, [session([ran('/usr/bin/web')])]));

async function expecting(code: number, ...args: readonly string[]): Promise<string> {
  const environment = { ...process.env, HOLDFAST_KEY_PASSWORD: 'secret', HOME: scratch };
  return await new Promise((resolve, reject) => {
    execFile(holdfast, args, { env: environment, cwd: scratch }, (error, out, err) => {
      const status = error === null ? 0 : error.code;
      if (status === code) resolve(`${out}${err}`);
      else reject(new Error(`${args.join(' ')}: ${String(status)}: ${err}${out}`));
    });
  });
}

before(async () => {
  await writeLayout(join(scratch, 'built'), index);
  writeFileSync(join(scratch, 'web.json'), writeProfile(profileOf(arm64)));
  writeFileSync(
    join(scratch, 'web.yaml'),
    'apiVersion: holdfast.dev/v1alpha1\nkind: Recipe\nmetadata: {name: web}\nspec:\n  runs: [{name: plain}]\n',
  );
  await expecting(0, 'keygen', '--output-prefix', 'release');
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('profile attach finds the platform manifest in the index, and attaches once', async () => {
  const command = ['profile', 'attach', 'web.json', 'oci:built', '--key', 'release.key'];
  assert.match(await expecting(0, ...command), new RegExp(`@${arm64}: execution profile attached`));
  assert.match(await expecting(0, ...command), /execution profile present/);
  const shown = await expecting(
    ...([0, 'profile', 'show', 'oci:built', '--platform', 'linux/arm64', '--public-key', 'release.pub'] as const),
  );
  assert.match(shown, new RegExp(profileDigest(profileOf(arm64))));
  // As `seal` says it, so that it is there already.
  const sealed = await expecting(0, 'seal', 'oci:built', '--key', 'release.key', '--profile', 'web.json');
  assert.match(sealed, /execution profile +sha256:[0-9a-f]{12} +present/);
});

test('what can not be used is refused before a key is asked for', async () => {
  const good = JSON.parse(Buffer.from(writeProfile(profileOf(arm64))).toString()) as object;
  const cases: readonly (readonly [string, string])[] = [
    ['profile-foreign', Buffer.from(writeProfile(profileOf(`sha256:${'c'.repeat(64)}` as Digest))).toString()],
    ['profile-foreign', Buffer.from(writeProfile(profileOf(undefined))).toString()],
    ['profile-malformed', '{}'],
    ['profile-contradictory', JSON.stringify({ ...good, wildcards: 7 })],
    ['profile-too-large', ' '.repeat(2 ** 20 + 1)],
  ];
  for (const [code, text] of cases) {
    writeFileSync(join(scratch, 'wrong.json'), text);
    const said = await expecting(3, 'profile', 'attach', 'wrong.json', 'oci:built', '--key', 'absent.key');
    assert.match(said, new RegExp(code));
  }
});

test('recipe attach: to every image of the index; what is no recipe is refused', async () => {
  const command = ['recipe', 'attach', 'web.yaml', 'oci:built', '--key', 'release.key'];
  const json = JSON.parse(await expecting(0, ...command, '--json')) as {
    attached: { digest: Digest; outcome: string }[];
  };
  assert.deepEqual(
    json.attached.map(({ digest, outcome }) => [digest, outcome]),
    images.map(({ image }) => [image.manifest.digest, 'attached']),
  );
  assert.match(await expecting(0, ...command), /recipe present/);
  const attest = ['attest', 'oci:built', '--key', 'release.key', '--platform', 'linux/arm64', '--type'];
  for (const [type, predicate] of [
    ['recipe', 'web.yaml'],
    ['profile', 'web.json'],
  ] as const)
    assert.match(await expecting(0, ...attest, type, '--predicate', predicate), /present/, 'the same statement');
  assert.match(await expecting(3, ...attest, 'profile', '--predicate', 'web.yaml'), /profile-malformed/);
  assert.match(
    await expecting(2, 'recipe', 'attach', 'web.json', 'oci:built', '--key', 'absent.key'),
    /recipe-malformed/,
  );
});

test('the recipe that hangs on an image is taken from there, by whom was named', async () => {
  await expecting(0, 'keygen', '--output-prefix', 'stranger');
  const key = (name: string): readonly string[] => [join(scratch, `${name}.pub`)];
  const from = (publicKey?: readonly string[]) =>
    recipeFor(
      `oci:${join(scratch, 'built')}`,
      { platform: 'linux/arm64', ...(publicKey === undefined ? {} : { publicKey }) },
      AbortSignal.timeout(30_000),
    );
  assert.equal((await from(key('release'))).recipe.metadata.name, 'web');
  await assert.rejects(from(key('stranger')), { code: 'not-found' });
  await assert.rejects(from(), { code: 'usage' });
  writeFileSync(
    join(scratch, 'other.yaml'),
    (await readFile(join(scratch, 'web.yaml'), 'utf8')).replace('web', 'other'),
  );
  await expecting(0, 'recipe', 'attach', 'other.yaml', 'oci:built', '--key', 'release.key');
  await assert.rejects(from(key('release')), { code: 'usage' });
});

test('seal --require-hardened: by the sealing key, and 1 where it is not so', async () => {
  const command = ['seal', 'oci:built', '--key', 'release.key', '--require-hardened'];
  assert.match(await expecting(1, ...command), /hardening-missing/);
  assert.match(await expecting(2, 'seal', 'oci:built', '--key', 'release.key', '--public-key', 'release.pub'), /usage/);
});
