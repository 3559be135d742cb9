import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { attackSetDigest, exercise, type RunningContainer, stageImage } from '../../src/exercise/index.ts';
import { parseSource } from '../../src/oci/index.ts';
import { parseRecipe, readProfile } from '../../src/profile/index.ts';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const never = new AbortController().signal;

const recipe = `apiVersion: holdfast.dev/v1alpha1
kind: Recipe
metadata: {name: web}
spec:
  runs:
    - name: web
      entrypoint: [sh, -c, 'trap "kill \\$!; exit 0" TERM; httpd -f -p 8080 -h /www & wait']
      user: nobody
      ports: [{port: 8080}]
      fixtures: [{source: www, target: /www}]
      probes: [[cat, /www/index.html]]
      repeat: 2
      replicas: 2
  tests:
    - name: get
      command: [./get.sh]
      environment: {WANTED: kelp}
`;
const get = `#!/bin/sh
set -e
test "$HOLDFAST_RUN" = web
printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | /bin/busybox nc 127.0.0.1 8080 | grep "$WANTED"
test "$("$HOLDFAST_EXEC" hostname)" = "$HOLDFAST_CONTAINER"
`;

let containerd: TestContainerd;
let scratch: string;
let image: string;
let others: readonly string[];

before(async () => {
  image = `oci:${await busyboxImage()}`;
  others = networks();
  containerd = await startContainerd();
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-exercise-test-'));
  mkdirSync(join(scratch, 'www'), { mode: 0o755 });
  writeFileSync(join(scratch, 'www/index.html'), 'kelp\n', { mode: 0o644 });
  writeFileSync(join(scratch, 'get.sh'), get, { mode: 0o755 });
  writeFileSync(join(scratch, 'recipe.yaml'), recipe);
});

after(async () => {
  await containerd.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(holdfast, [...args, '--containerd', containerd.socket], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr, all: `${stdout}${stderr}` };
}

/** Neither namespaces of containerd nor networks stay, whatever happened. Networks of others on this host are theirs. */
async function nothingStays(): Promise<void> {
  assert.doesNotMatch(await containerd.ctr('namespaces', 'list', '-q'), /^holdfast-/m);
  assert.deepEqual(networks().filter((one) => !others.includes(one)), []); // biome-ignore format: short
}

function networks(): readonly string[] {
  const rows = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return rows.map((row) => row.split(' ', 1)[0] ?? '').filter((name) => name.startsWith('hf-'));
}

function recipeFile(name: string, change: (text: string) => string): string {
  const file = join(scratch, name);
  writeFileSync(file, change(recipe));
  return file;
}

test('an image is recorded by its recipe; then its tests are silent, and attacks are told', async () => {
  const file = join(scratch, 'web.json');
  const recorded = run('profile', 'record', image, '--recipe', join(scratch, 'recipe.yaml'), '-o', file);
  assert.equal(recorded.status, 0, recorded.all);
  assert.match(recorded.stdout, /lost +nothing/);
  const profile = readProfile(readFileSync(file), file);
  assert.deepEqual(
    profile.recorded.runs.map(({ id, replicas }) => [id, replicas]),
    [
      ['web-1', 2],
      ['web-2', 2],
    ],
  );
  assert.deepEqual(profile.tests, {});
  assert.ok(profile.processes.every(({ uid }) => uid === 65_534));
  assert.ok(profile.inbound.some(({ port }) => port === 8080));
  assert.ok(
    profile.processes.some(
      ({ parent, arguments: lists }) =>
        parent === '@exec' && lists.some(({ pattern }) => pattern.join(' ') === 'cat /www/index.html'),
    ),
    'the probe is in it',
  );

  const tested = run('profile', 'test', file, image, '--recipe', join(scratch, 'recipe.yaml'), '--json');
  assert.equal(tested.status, 0, tested.all);
  const { functional, attacks } = JSON.parse(tested.stdout) as {
    readonly functional: { readonly passed: number; readonly drift: readonly unknown[] };
    readonly attacks: { readonly results: readonly { readonly id: string; readonly result: string }[] };
  };
  assert.deepEqual(functional.drift, []);
  const of = (result: string) => attacks.results.filter((one) => one.result === result).map(({ id }) => id);
  assert.deepEqual(of('missed'), []);
  // What this image can't host: no interpreter, no library, no package manager but apk's applet; /dev/shm is noexec.
  const expected = ['drop-shm', 'drop-library', 'drop-interpreted', 'memory-program'];
  assert.deepEqual(
    of('not-applicable').filter((id) => id !== 'download'),
    expected,
    tested.all,
  );
  assert.ok(of('told').length >= 20);
  const scores = readProfile(readFileSync(file), file).tests;
  assert.deepEqual(scores.functional, { ran: functional.passed, falseDrift: 0 });
  assert.equal(scores.attacks?.set, attackSetDigest());
  assert.equal(scores.attacks?.alerted, of('told').length);
  assert.equal(scores.attacks?.ran, scores.attacks?.alerted);
  await nothingStays();
});

test('what a test shows that was not recorded is false drift, and says what would allow it', async () => {
  const file = join(scratch, 'narrow.json');
  const record = run('profile', 'record', image, '--recipe', join(scratch, 'recipe.yaml'), '-o', file);
  assert.equal(record.status, 0, record.all);
  const more = recipeFile('more.yaml', (text) => text.replace('./get.sh', './more.sh'));
  writeFileSync(join(scratch, 'more.sh'), '#!/bin/sh\n"$HOLDFAST_EXEC" uptime\n', { mode: 0o755 });
  const tested = run('profile', 'test', file, image, '--recipe', more, '-o', join(scratch, 'scored.json'));
  assert.equal(tested.status, 1, tested.all);
  assert.match(tested.stdout, /would be allowed by: exec path=\/bin\/busybox .*uptime/);
  assert.deepEqual(readProfile(readFileSync(file), file).tests, {}, 'the profile itself is left as it is');
  const scored = readProfile(readFileSync(join(scratch, 'scored.json')), 'scored').tests;
  assert.ok((scored.functional?.falseDrift ?? 0) > 0);
});

test('a profile of another image is refused before anything runs', () => {
  const other = join(scratch, 'other.json');
  const text = readFileSync(join(scratch, 'web.json'), 'utf8');
  writeFileSync(other, text.replace(/"subject":"sha256:[0-9a-f]{64}"/, `"subject":"sha256:${'0'.repeat(64)}"`));
  const tested = run('profile', 'test', other, image, '--recipe', join(scratch, 'recipe.yaml'));
  assert.equal(tested.status, 3);
  assert.match(tested.stderr, /profile-foreign/);
});

test('a test that fails: nothing is written, but where that is asked for', async () => {
  const file = join(scratch, 'failed.json');
  const failing = recipeFile('failing.yaml', (text) =>
    text
      .replace('WANTED: kelp', 'WANTED: sand')
      .replace('repeat: 2', 'repeat: 1')
      .replace('replicas: 2', 'replicas: 1'),
  );
  const refused = run('profile', 'record', image, '--recipe', failing, '-o', file);
  assert.equal(refused.status, 1, refused.all);
  assert.match(refused.stderr, /tests-failed[^]*get \(run web, round 1, replica 1\): exit status 1/);
  assert.equal(existsSync(file), false);
  const allowed = run('profile', 'record', image, '--recipe', failing, '--allow-failed', '-o', file);
  assert.equal(allowed.status, 1, allowed.all);
  assert.ok(readProfile(readFileSync(file), file).processes.length > 0);
  await nothingStays();
});

test('an image that is not there is said to be so', () => {
  const { status, stderr } = run('profile', 'record', `oci:${scratch}/none`, '--port', '80', '-o', '/dev/null');
  assert.equal(status, 3);
  assert.match(stderr, /not-found/);
});

test('a port that never opens, and a container that ends, name the run’s last words', async () => {
  await using staged = await stageImage(parseSource(image), { socket: containerd.socket, signal: never });
  const trying = async (from: string, to: string) => {
    const text = recipe.replace(/entrypoint: .*/, `entrypoint: [sh, -c, '${from}']`);
    const parsed = parseRecipe('changed', Buffer.from(text));
    const options = { staged, recipe: parsed, directory: scratch, signal: never, readyWithin: 1_500 };
    await assert.rejects(exercise(options), { code: 'exercise-not-ready', message: new RegExp(to) });
  };
  await trying('echo still here; exec sleep 600', 'does not listen on tcp 8080[^]*still here');
  await trying('echo no config; exit 4', 'ended with status 4 before it listened[^]*no config');
  await assert.rejects(
    exercise({
      staged,
      recipe: parseRecipe('missing', Buffer.from(recipe.replace('[sh, -c,', '[/no/such/program, -c,'))),
      directory: scratch,
      signal: never,
    }),
    { code: 'exercise-not-ready', message: /no such file/ },
  );
  assert.equal((await containerd.try(['containers', 'list', '-q'], { namespace: staged.namespace })).stdout, '');
});

test('a run that an abort ends leaves nothing, and a command in the container can be another user', async () => {
  const stop = new AbortController();
  const held: RunningContainer[] = [];
  {
    await using staged = await stageImage(parseSource(image), { socket: containerd.socket, signal: never });
    const running = exercise({
      staged,
      recipe: parseRecipe('plain', Buffer.from(recipe)),
      directory: scratch,
      signal: stop.signal,
      acting: async (container) => {
        held.push(container);
        assert.equal((await container.exec(['id', '-u'])).output, '65534');
        assert.equal((await container.exec(['id', '-u'], { user: '0' })).output, '0');
        assert.equal(
          (await container.exec(['sh', '-c', 'echo x > /tmp/x && mkdir /etc/new'], { user: '0' })).status,
          0,
        );
        assert.equal((await container.exec(['id', '-u'])).output, '65534', 'and only that one');
        stop.abort(new Error('enough'));
        await container.exec(['sleep', '600']);
      },
    });
    await assert.rejects(running, /enough/);
  }
  assert.equal(held.length, 1);
  assert.equal(existsSync(`/proc/${held[0]?.pid ?? 0}`), false, 'its process is gone');
  await nothingStays();
});
