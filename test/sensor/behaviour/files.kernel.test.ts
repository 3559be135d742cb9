import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { OpenEvent, SensorEvent } from '../../../src/sensor/index.ts';
import { execs, Stage } from './stage.ts';

const opens = (events: readonly SensorEvent[], path: string): readonly OpenEvent[] =>
  events.filter((event): event is OpenEvent => event.type === 'open' && event.path === path && !event.flags.outside);

describe('files, in a real container', { timeout: 300_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const verb of ['open', 'openat2', 'open-io-uring', 'open-proc-fd', 'open-by-handle']) {
    it(`${verb} is seen, with the process that did it`, async () => {
      // open_by_handle_at wants CAP_DAC_READ_SEARCH; io_uring and openat2 want no seccomp profile, which ctr does not set.
      const flags = verb === 'open-by-handle' ? ['--privileged'] : [];
      // A volume: overlay without nfs_export gives no handle that can be opened again.
      const volume = join(stage.scratch, verb);
      mkdirSync(volume);
      writeFileSync(join(volume, 'file'), 'x');
      const path = verb === 'open-by-handle' ? '/data/file' : '/etc/os-release'; // runc itself reads /etc/passwd;
      const seen = await stage.act([verb, path, '/data'], { flags, mounts: [{ source: volume, target: '/data' }] });
      assert.equal(seen.output.code, 0, seen.output.stderr);
      const found = opens(seen.events, path);
      assert.equal(found.length, 1, `${found.length} events`);
      const doer = execs(seen).find((event) => event.argv[0] === '/bin/doer');
      assert.equal(found[0]?.who.pid, doer?.self.pid);
      assert.equal(found[0]?.who.program, doer?.key);
      assert.equal(found[0]?.file.place, verb === 'open-by-handle' ? 'volume' : 'lower');
    });
  }

  it('a file closed after it was written, with its place', async () => {
    const seen = await stage.act(['write', '/tmp/made', 'text']);
    const written = opens(seen.events, '/tmp/made').filter((event) => event.kind === 'written');
    assert.equal(written.length, 1);
    assert.equal(written[0]?.file.place, 'upper');
    assert.equal(written[0]?.size, 4);
  });

  it('a log that is opened, appended to and closed a thousand times is silent', async () => {
    const seen = await stage.act(['append-loop', '/tmp/log', '1000']);
    const found = opens(seen.events, '/tmp/log');
    assert.ok(found.length >= 1 && found.length <= 4, `${found.length} events`);
  });

  it('a file with a listed ending is hashed when it is only read; another is not', async () => {
    const script = 'echo "print(1)" > /tmp/m.py; echo data > /tmp/m.dat; cat /tmp/m.py /tmp/m.dat';
    const seen = await stage.act(['/bin/sh', '-c', script]);
    const [module] = opens(seen.events, '/tmp/m.py').filter((event) => event.kind === 'read');
    assert.ok(module, 'the read of m.py');
    assert.match((await stage.hashOf(module.file)) ?? '', /^[0-9a-f]{64}$/);
    const hashed = stage.events.filter((event) => event.type === 'file-hash').map((event) => event.path);
    assert.ok(!hashed.includes('/tmp/m.dat'), 'data is not hashed');
  });

  it('BPF, fanotify and perf name one file by the same numbers', async () => {
    const seen = await stage.act(['/bin/sh', '-c', 'cp /bin/doer /tmp/same; /tmp/same map /tmp/same']);
    const exec = execs(seen).find((event) => event.argv[0] === '/tmp/same');
    const open = opens(seen.events, '/tmp/same').find((event) => event.kind === 'exec');
    const mapping = seen.events.find((event) => event.type === 'mapping' && event.path.includes('/tmp/same'));
    assert.ok(exec && open && mapping?.type === 'mapping' && mapping.file);
    for (const other of [open.file, mapping.file]) {
      assert.deepEqual(
        { dev: other.dev, ino: other.ino, gen: other.gen, ctime: other.ctime },
        { dev: exec.file.dev, ino: exec.file.ino, gen: exec.file.gen, ctime: exec.file.ctime },
      );
    }
  });

  it('data that was read until it was silent, and then got the name of code, is seen and hashed under it', async () => {
    const id = await stage.stay();
    const run = async (script: string) => {
      const { code, stderr } = await stage.containerd.exec(id, ['/bin/sh', '-c', script]);
      assert.equal(code, 0, stderr);
    };
    await run('echo 1 > /tmp/data; for i in 1 2 3 4 5 6; do cat /tmp/data; done; mv /tmp/data /tmp/code.py');
    // Longer than a count interval, which is one second here.
    await stage.settle();
    await run('cat /tmp/code.py');
    const found = () => opens(stage.of(id), '/tmp/code.py').find((event) => event.kind === 'read');
    await stage.until(() => found() !== undefined, 'the read of code.py');
    const event = found();
    assert.ok(event);
    assert.match((await stage.hashOf(event.file)) ?? '', /^[0-9a-f]{64}$/);
    await stage.containerd.remove(id);
    await stage.gone(id);
  });

  it('a large file keeps no small one waiting: what was asked for later is told first', async () => {
    const volume = join(stage.scratch, 'sizes');
    mkdirSync(volume);
    // Sparse: its 200 MB are read as any other's. The shell asks for all three hashes before the first can be there.
    writeFileSync(join(volume, 'large.py'), '');
    truncateSync(join(volume, 'large.py'), 200_000_000);
    for (const name of ['small.py', 'other.py']) writeFileSync(join(volume, name), name);
    // It sleeps first: what a container does on a volume before its mounts were read is a gap, and no event.
    const script = 'sleep 0.5; : < /data/large.py; : < /data/small.py; : < /data/other.py';
    const seen = await stage.act(['/bin/sh', '-c', script], { mounts: [{ source: volume, target: '/data' }] });
    const asked = ['/data/large.py', '/data/small.py', '/data/other.py'];
    const reads = seen.events.flatMap((event) => (event.type === 'open' && asked.includes(event.path) ? [event] : []));
    assert.deepEqual(
      reads.map((event) => event.path),
      asked,
    );
    await Promise.all(reads.map((event) => stage.hashOf(event.file)));
    const told = stage.events.flatMap((event) =>
      event.type === 'file-hash' && asked.includes(event.path) ? [`${event.path} ${event.status}`] : [],
    );
    assert.deepEqual(told, ['/data/small.py ok', '/data/other.py ok', '/data/large.py ok']);
  });

  it('the content of one file is hashed once, however many containers use it', async () => {
    const [first, second] = [await stage.act(['true']), await stage.act(['true'])];
    const [a, b] = [first, second].map((seen) => execs(seen).find((event) => event.argv[0] === '/bin/doer'));
    assert.ok(a && b);
    assert.equal(a.file.ino, b.file.ino);
    const hashes = stage.events.filter((event) => event.type === 'file-hash' && event.file.ino === a.file.ino);
    assert.equal(hashes.length, 1);
  });
});
