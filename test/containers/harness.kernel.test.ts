import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';

/** What a containerd and its containers can leave on a host: mounts, processes, cgroups, files. */
function traces(scratch: string, namespace: string) {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const cgroups = mounts
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '')
    .flatMap((hierarchy) => readdirSync(hierarchy).map((name) => `${hierarchy}/${name}`));
  return {
    mounts: mounts.filter((line) => line.includes(scratch)),
    processes: processes.filter((pid) => isOurs(pid, scratch, namespace)),
    cgroups: cgroups.filter((path) => path.endsWith(`/${namespace}`)),
    files: [
      ...readdirSync('/tmp')
        .map((name) => `/tmp/${name}`)
        .filter((path) => path === scratch),
      ...['/run/containerd', '/run/containerd/runc']
        .flatMap((dir) => readdirSync(dir))
        .filter((name) => name === namespace),
    ],
  };
}

function isOurs(pid: string, scratch: string, namespace: string): boolean {
  if (Number(pid) === process.pid) return false;
  try {
    // A zombie waits for its parent or init to notice: it holds nothing.
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false;
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return argv.includes(scratch) || readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/${namespace}/`);
  } catch {
    return false;
  }
}

const nothing = { mounts: [], processes: [], cgroups: [], files: [] };

test('a container runs, is entered, and stop leaves nothing behind', async () => {
  const image = await busyboxImage();
  const containerd = await startContainerd();
  const { scratch, namespace } = containerd;
  const other = `${namespace}-other`;
  const sockets: string[] = [];
  try {
    await containerd.importImage(image, 'test/busybox:latest');
    await containerd.importImage(image, 'test/busybox:latest', { namespace: other });
    const hello = await containerd.run({ image: 'test/busybox:latest', id: 'hello', args: ['echo', 'hello'] });
    assert.deepEqual(hello, { code: 0, stdout: 'hello\n', stderr: '' });

    const failing = await containerd.run({ image: 'test/busybox:latest', id: 'failing', args: ['sh', '-c', 'exit 7'] });
    assert.equal(failing.code, 7);

    await containerd.run({
      image: 'test/busybox:latest',
      id: 'long',
      args: ['sh', '-c', 'echo $GREETING; sleep 1000 & sleep 1000'],
      env: { GREETING: 'from env' },
      mounts: [{ source: scratch, target: '/scratch', readonly: true }],
      detach: true,
    });
    const entered = await containerd.exec('long', ['ls', '/scratch/config.toml']);
    assert.equal(entered.stdout, '/scratch/config.toml\n');
    assert.equal(containerd.containerLog('long'), 'from env\n');

    await containerd.run({
      image: 'test/busybox:latest',
      id: 'elsewhere',
      namespace: other,
      args: ['sleep', '9'],
      detach: true,
    });
    sockets.push(...shimSockets(containerd.state));
    assert.equal(sockets.length, 2);
    assert.ok(sockets.every(existsSync));

    const during = traces(scratch, namespace);
    assert.ok(during.mounts.length > 0, 'a mount is seen while a container runs');
    assert.ok(during.processes.length >= 4, 'daemon, shim and container processes are seen');
    assert.ok(during.cgroups.length >= 2, 'cgroups of both kinds are seen');
  } finally {
    await containerd.stop();
  }
  assert.deepEqual(traces(scratch, namespace), nothing);
  assert.deepEqual(traces(scratch, other), nothing);
  assert.deepEqual(sockets.filter(existsSync), []);
});

/** containerd's shims listen under /run/containerd, wherever its state is. */
function shimSockets(state: string): string[] {
  const tasks = join(state, 'io.containerd.runtime.v2.task');
  return readdirSync(tasks)
    .flatMap((namespace) => readdirSync(join(tasks, namespace)).map((id) => join(tasks, namespace, id, 'address')))
    .map((file) => readFileSync(file, 'utf8').trim().replace('unix://', ''));
}

test('the daemon can be killed and started again with its containers alive', async () => {
  const image = await busyboxImage();
  await using containerd = await startContainerd();
  await containerd.importImage(image, 'test/busybox:latest');
  await containerd.run({ image: 'test/busybox:latest', id: 'stays', args: ['sleep', '1000'], detach: true });
  const before = containerd.pid;
  await containerd.kill();
  assert.equal(containerd.pid, undefined);
  await containerd.start();
  assert.notEqual(containerd.pid, before);
  assert.match(await containerd.ctr('tasks', 'ls'), /stays\s+\d+\s+RUNNING/);
});

for (const end of ['throw', 'SIGTERM', 'SIGKILL'] as const) {
  test(`a test that ends by ${end} leaves nothing`, async () => {
    const support = join(import.meta.dirname, '../support');
    const script = `
      import { startContainerd } from '${support}/containerd.ts';
      import { busyboxImage } from '${support}/roots.ts';
      const containerd = await startContainerd();
      await containerd.importImage(await busyboxImage(), 'test/busybox:latest');
      await containerd.run({ image: 'test/busybox:latest', id: 'left', args: ['sleep', '1000'], detach: true });
      console.log(containerd.scratch, containerd.namespace);
      if ('${end}' === 'throw') throw new Error('as a failing test would');
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [scratch, namespace] = line.toString().trim().split(' ');
    assert.ok(scratch !== undefined && namespace !== undefined);
    if (end !== 'throw') child.kill(end);
    await ended;
    if (end === 'SIGKILL') {
      assert.notDeepEqual(traces(scratch, namespace), nothing, 'nobody could clean up');
      await (await startContainerd()).stop();
    }
    assert.deepEqual(traces(scratch, namespace), nothing);
  });
}
