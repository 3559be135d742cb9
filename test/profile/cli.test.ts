import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generalise, readProfile, recordingOf, type Session, writeProfile } from '../../src/profile/index.ts';
import { buildImage, writeLayout } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { ran, session, used } from './observations.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-profile-'));
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const subject = image.manifest.digest;

async function expecting(
  code: number,
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string }> {
  return await new Promise((resolve, reject) => {
    execFile(
      holdfast,
      ['profile', ...args],
      { env: { ...process.env, HOLDFAST_KEY_PASSWORD: 'secret' }, cwd: scratch },
      (error, out, err) => {
        const status = error === null ? 0 : error.code;
        if (status === code) resolve({ out, err });
        else reject(new Error(`${args.join(' ')}: ${String(status)}: ${err}${out}`));
      },
    );
  });
}

const profileOf = (...sessions: readonly Session[]): Uint8Array =>
  writeProfile(generalise(recordingOf(subject, sessions)));

before(async () => {
  writeFileSync(
    join(scratch, 'one.json'),
    profileOf(session([ran('/usr/bin/web'), used('/var/log/web.log', 'write')], 'one')),
  );
  writeFileSync(
    join(scratch, 'two.json'),
    profileOf(session([ran('/usr/bin/web'), used('/etc/\u001b[2Jweb')], 'two', 'a', 1)),
  );
  await writeLayout(join(scratch, 'built'), image);
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('show: text for people, with nothing in it that a terminal would obey; the document for programs', async () => {
  const { out } = await expecting(0, 'show', 'two.json');
  assert.match(out, /^profile {3}sha256:[0-9a-f]{64}, \d+ bytes\nimage {5}sha256:/);
  assert.match(out, /\/usr\/bin\/web by @entry, uid 0: \/usr\/bin\/web/);
  assert.match(out, /\/etc\/\\x1b\[2Jweb {2}r/);
  const json = JSON.parse((await expecting(0, 'show', 'one.json', '--json')).out) as { profile: { kind: string } };
  assert.equal(json.profile.kind, 'ExecutionProfile');
});

test('diff: 0 the same, 1 they differ', async () => {
  assert.equal((await expecting(0, 'diff', 'one.json', 'one.json')).out, '');
  const { out } = await expecting(1, 'diff', 'one.json', 'two.json');
  assert.match(out, /^- rules log-rotation {2}used$/m);
  assert.match(out, /^\+ files \/etc\/.*web {2}r$/m);
});

test('merge: a profile of both, to a file', async () => {
  await expecting(0, 'merge', 'one.json', 'two.json', '-o', 'both.json');
  assert.equal(readProfile(readFileSync(join(scratch, 'both.json')), 'both').recorded.runs.length, 2);
  await expecting(2, 'merge', 'one.json');
  await expecting(3, 'merge', 'one.json', 'both.json');
});

test('lint: 1 with what was found and its remedy', async () => {
  const { out } = await expecting(1, 'lint', 'one.json');
  assert.match(out, /^few-runs: .*\n {2}1 run\n {2}remedy: /m);
  const json = JSON.parse((await expecting(1, 'lint', 'one.json', '--json')).out) as {
    found: { code: string; remedy: string }[];
  };
  assert.ok(json.found.some(({ code, remedy }) => code === 'untested' && remedy.length > 0));
});

test('explain: rules, and what is about a path', async () => {
  assert.match(
    (await expecting(0, 'explain', 'one.json')).out,
    /^log-rotation: A log.*\n {2}files \/var\/log\/web.log\{rot\} {2}w, seen 1 times/,
  );
  assert.match((await expecting(0, 'explain', 'one.json', '/var/log/web.log.2.gz')).out, /web.log\{rot\}/);
  assert.match((await expecting(1, 'explain', 'one.json', '/etc/shadow')).out, /no entry/);
});

test('what can not be read is told with its code', async () => {
  writeFileSync(join(scratch, 'wrong.json'), '{}');
  assert.match((await expecting(3, 'show', 'wrong.json')).err, /profile-malformed/);
  assert.match((await expecting(3, 'show', 'absent.json')).err, /not-found/);
  await expecting(2, 'show');
});

test('of an image: the profile that is attached, of this image, and signed by the key', async () => {
  const run = async (...args: readonly string[]): Promise<void> =>
    await new Promise((resolve, reject) => {
      const environment = { ...process.env, HOLDFAST_KEY_PASSWORD: 'secret', HOME: scratch };
      execFile(holdfast, args, { env: environment, cwd: scratch }, (error, _, err) =>
        error === null ? resolve() : reject(new Error(err)),
      );
    });
  await run('keygen', '--output-prefix', 'release');
  await run('keygen', '--output-prefix', 'other');
  await run('attest', 'oci:built', '--key', 'release.key', '--type', 'profile', '--predicate', 'one.json');
  const { out } = await expecting(0, 'show', 'oci:built', '--public-key', 'release.pub');
  assert.match(out, new RegExp(`image {5}${subject}`));
  assert.match((await expecting(3, 'show', 'oci:built', '--public-key', 'other.pub')).err, /not-found/);
  const foreign = writeProfile(generalise(recordingOf(`sha256:${'c'.repeat(64)}` as typeof subject, [session([])])));
  writeFileSync(join(scratch, 'foreign.json'), foreign);
  await writeLayout(join(scratch, 'fresh'), image);
  await run('attest', 'oci:fresh', '--key', 'release.key', '--type', 'profile', '--predicate', 'foreign.json');
  assert.match((await expecting(3, 'show', 'oci:fresh', '--public-key', 'release.pub')).err, /profile-foreign/);
});
