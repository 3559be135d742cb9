import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ExecutionProfile, readProfile } from '../../src/profile/index.ts';
import { startContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const image = 'test.local/busybox:latest';
const work = `cat /etc/passwd; for n in 1 2; do f=$(mktemp); echo x > $f; cat $f; rm $f; done; nc -w 1 127.0.0.1 9 </dev/null; usleep 500000; true`;

/** One process of ours, with what it says on stderr. */
function start(args: readonly string[]) {
  const child = spawn(holdfast, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.text += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.text += text;
  });
  const closed = once(child, 'close');
  return { child, said, closed };
}

test('what a container does is recorded as a profile, and two runs of the same allow the same', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-record-test-'));
  await using containerd = await startContainerd();
  try {
    await containerd.importImage(await busyboxImage(), image);
    const record = async (run: string): Promise<ExecutionProfile> => {
      const file = join(scratch, `${run}.json`);
      const args = [
        'profile',
        'record',
        '--container',
        run,
        '--name',
        run,
        '--containerd',
        containerd.socket,
        '-o',
        file,
      ];
      const { child, said, closed } = start(args);
      const deadline = performance.now() + 30_000;
      while (!said.text.includes('recording')) {
        assert.ok(performance.now() < deadline && child.exitCode === null, said.text);
        await new Promise((done) => setTimeout(done, 20));
      }
      await containerd.run({ image, id: run, args: ['sh', '-c', work] });
      await closed;
      assert.equal(child.exitCode, 0, said.text);
      return readProfile(readFileSync(file), file);
    };
    const first = await record('one');
    assert.deepEqual(
      first.executables.map(({ path, ofImage, sha256 }) => [path, ofImage, sha256.length]),
      [['/bin/busybox', true, 1]],
    );
    const lines = first.processes.flatMap(({ parent, uid, arguments: lists }) =>
      lists.map((one) => `${parent} ${uid} ${one.pattern.slice(0, 2).join(' ')}`),
    );
    for (const line of ['@entry 0 sh -c', '/bin/busybox 0 cat /etc/passwd'])
      assert.ok(lines.includes(line), `${line}: ${JSON.stringify(lines)}`);
    const patterns = first.files.map(({ pattern }) => pattern);
    assert.ok(patterns.includes('/etc/passwd'), JSON.stringify(patterns));
    assert.ok(patterns.includes('/tmp/tmp.{rnd}'), JSON.stringify(patterns));
    assert.deepEqual(
      first.outbound.map(({ protocol, peer, port }) => [protocol, peer, String(port)]),
      [['tcp', '127.0.0.1/32', '9']],
    );
    assert.equal(first.recorded.runs[0]?.id, 'one');
    assert.deepEqual(first.omitted, []);
    assert.match(first.subject ?? '', /^sha256:/);

    await record('two');
    const { child, closed, said } = start(['profile', 'diff', join(scratch, 'one.json'), join(scratch, 'two.json')]);
    await closed;
    assert.equal(child.exitCode, 0, said.text);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test('a container that never comes is an error, and nothing is written', async () => {
  await using containerd = await startContainerd();
  const file = join(containerd.scratch, 'none.json');
  const args = [
    'profile',
    'record',
    '--container',
    'none',
    '--seconds',
    '3',
    '--containerd',
    containerd.socket,
    '-o',
    file,
  ];
  const { child, closed, said } = start(args);
  await closed;
  assert.equal(child.exitCode, 3);
  assert.match(said.text, /not-found/);
  assert.throws(() => readFileSync(file), { code: 'ENOENT' });
});
