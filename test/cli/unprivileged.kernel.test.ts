import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { startContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';
import { asNobody, bin, bounding, installSensor, nobody } from './unit.ts';

interface Line {
  readonly type: string;
  readonly code?: string;
  readonly process?: { readonly path: string };
}

const effective = (pid: number): bigint =>
  BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''}`);

function childNamed(parent: number, name: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name) ?? 0;
}

test('an agent without any capability, as the unit runs it, sees a dropped program run', {
  timeout: 120_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-unprivileged-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  const sensor = installSensor(join(directory, 'holdfast-sensor'), bounding);
  chownSync(directory, nobody, nobody);

  await using containerd = await startContainerd();
  await containerd.importImage(await busyboxImage(), 'test/busybox:latest');
  // What `[grpc] gid` in containerd's configuration does.
  chmodSync(containerd.scratch, 0o711);
  chownSync(containerd.socket, 0, nobody);
  chmodSync(containerd.socket, 0o660);

  const store = join(directory, 'store');
  const [file, ...args] = [...asNobody, bin, 'watch', '--containerd', containerd.socket, '--store', store, '--json'];
  const agent = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOLDFAST_SENSOR: sensor },
  });
  t.after(() => agent.kill('SIGKILL'));
  const closed = once(agent, 'close');

  const seen: Line[] = [];
  for await (const text of createInterface({ input: agent.stdout })) {
    const line = JSON.parse(text) as Line;
    seen.push(line);
    if (line.type === 'heartbeat' && seen.filter(({ type }) => type === 'heartbeat').length === 1) {
      assert.equal(effective(agent.pid ?? 0), 0n, 'the agent holds nothing');
      assert.notEqual(effective(childNamed(agent.pid ?? 0, 'holdfast-sensor')), 0n, 'the sensor does');
      const drop = 'cp /bin/busybox /tmp/dropped; echo >> /tmp/dropped; exec /tmp/dropped sleep 600';
      await containerd.run({
        image: 'test/busybox:latest',
        id: 'dropped',
        args: ['/bin/sh', '-c', drop],
        detach: true,
      });
    }
    if (line.type === 'finding') agent.kill('SIGTERM');
  }
  const finding = seen.find(({ type }) => type === 'finding');
  assert.deepEqual([finding?.code, finding?.process?.path], ['exec-not-in-image', '/tmp/dropped']);
  const [status] = (await closed) as [number];
  assert.equal(status, 1);
  assert.ok(readdirSync(store).length > 0, 'the evidence is kept');
});
