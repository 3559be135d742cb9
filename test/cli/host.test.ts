import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf, type Check, containerdCheck, kernelChecks, sensorChecks } from '../../src/cli/host/index.ts';

const check = (state: Check['state'], needed: boolean): Check => ({ name: 'x', state, detail: '', needed });

test('the base is missing before it is unknown, and what is not needed does not count', () => {
  assert.equal(baseOf([check('ok', true), check('missing', false), check('partial', true)]), 'complete');
  assert.equal(baseOf([check('unknown', true), check('ok', true)]), 'unknown');
  assert.equal(baseOf([check('unknown', true), check('missing', true)]), 'missing');
});

function cgroupIn(mounts: string | undefined): Check | undefined {
  const read = (path: string): string | undefined => (path === '/proc/self/mountinfo' ? mounts : '128');
  return kernelChecks(read, '6.1.0').find(({ name }) => name === 'cgroup2');
}

test('cgroup2 is found wherever it is mounted, also beside cgroup v1', () => {
  const mounts =
    '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n' +
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n';
  assert.equal(cgroupIn(mounts)?.detail, '/sys/fs/cgroup/unified');
  assert.equal(cgroupIn(mounts.replaceAll('cgroup2', 'cgroup'))?.state, 'missing');
  assert.equal(cgroupIn(undefined)?.state, 'unknown');
});

test('an old kernel and few fanotify groups are said, each with a remedy', () => {
  const found = kernelChecks(() => '16\n', '4.19.0-27-amd64');
  const wanting = found.filter(({ state }) => state !== 'ok').map(({ name, state }) => `${name} ${state}`);
  assert.ok(wanting.includes('kernel missing'));
  assert.ok(wanting.includes('fanotify-limits partial'));
  for (const one of found) assert.equal(one.remedy === undefined, one.state === 'ok', one.name);
  for (const kernel of ['5.10.0', '6.18.44-x', '10.0']) assert.equal(kernelChecks(() => '1', kernel)[0]?.state, 'ok');
});

test('a socket that nobody listens on is missing; needed only when it was asked for', async () => {
  const found = await containerdCheck('/nonexistent/containerd.sock', true);
  assert.deepEqual([found.state, found.needed], ['missing', true]);
  assert.match(found.detail, /ENOENT/);
  assert.equal((await containerdCheck('/nonexistent/containerd.sock', false)).needed, false);
});

test('no sensor is not a no: it is unknown, with the way to get one', async () => {
  const [sensor, ...others] = await sensorChecks({ HOLDFAST_SENSOR: '/nonexistent/sensor' });
  assert.deepEqual([sensor?.name, sensor?.state, others.length], ['sensor', 'unknown', 0]);
  assert.ok(sensor?.remedy);
});
