import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execs, type Seen, Stage } from './stage.ts';

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The one execution with this argv[0]. */
const only = (seen: Seen, argv0: string) => {
  const found = execs(seen).filter((event) => event.argv[0] === argv0);
  assert.equal(found.length, 1, `${found.length} executions of ${argv0}: ${seen.output.stderr}`);
  const [event] = found;
  assert.ok(event);
  return event;
};

describe('exec, in a real container', { timeout: 300_000 }, () => {
  let stage: Stage;
  let busybox: string;

  before(async () => {
    stage = await Stage.open();
    busybox = sha256('/bin/busybox');
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const verb of ['exec', 'execveat', 'fexecve', 'exec-proc-fd']) {
    it(`${verb}: the image's file, its hash, its parent`, async () => {
      const seen = await stage.act([verb, '/bin/busybox', 'true']);
      assert.equal(seen.output.code, 0, seen.output.stderr);
      const event = only(seen, '/bin/busybox');
      assert.equal(event.file.place, 'lower');
      assert.equal(event.path, '/bin/busybox');
      assert.deepEqual(event.argv, ['/bin/busybox', 'true']);
      assert.equal(await stage.hashOf(event.file), busybox);
      assert.equal(event.self.uid, 0);
      const first = only(seen, '/bin/doer');
      assert.equal(event.self.pid, first.self.pid, 'the same process became another program');
      assert.equal(await stage.hashOf(first.file), sha256(stage.doer));
    });
  }

  it('memfd: no file system at all, and still its hash', async () => {
    const seen = await stage.act(['exec-memfd', '/bin/busybox', 'sleep', '0.2']);
    const event = only(seen, '/bin/busybox');
    assert.equal(event.file.place, 'memfd');
    assert.match(event.path, /memfd:holdfast-test/);
    assert.equal(await stage.hashOf(event.file), busybox);
  });

  it('a file that was unlinked before it ran', async () => {
    const seen = await stage.act(['exec-unlinked', '/bin/busybox', '/tmp/gone', 'sleep', '0.2']);
    const event = only(seen, '/tmp/gone');
    assert.equal(event.file.place, 'upper');
    assert.equal(event.file.unlinked, true);
    assert.equal(await stage.hashOf(event.file), busybox);
  });

  it('a file that never had a name (O_TMPFILE)', async () => {
    const seen = await stage.act(['exec-tmpfile', '/bin/busybox', '/tmp', 'sleep', '0.2']);
    const event = only(seen, '/tmp');
    assert.equal(event.file.unlinked, true);
    assert.equal(await stage.hashOf(event.file), busybox);
  });

  it('a script: the interpreter runs, the script is opened to be executed', async () => {
    const seen = await stage.act(['exec', '/bin/script.sh', 'argument']);
    assert.match(seen.output.stdout, /script argument/);
    const event = execs(seen).find((each) => each.filename === '/bin/script.sh');
    assert.ok(event, 'the execution of the script');
    assert.equal(event.interpreter, '/bin/sh');
    assert.equal(event.path, '/bin/busybox');
    const opened = seen.events.find((each) => each.type === 'open' && each.path === '/bin/script.sh');
    assert.ok(opened?.type === 'open');
    assert.equal(opened.kind, 'exec');
    assert.equal(await stage.hashOf(opened.file), sha256(join(import.meta.dirname, 'scripts/script.sh')));
  });

  it('a script run by a script: both are seen', async () => {
    const seen = await stage.act(['exec', '/bin/chained.sh']);
    for (const path of ['/bin/chained.sh', '/bin/script.sh']) {
      assert.ok(
        seen.events.some((each) => each.type === 'open' && each.kind === 'exec' && each.path === path),
        path,
      );
    }
  });

  it('a file written since the container was made lies on the upper layer', async () => {
    const seen = await stage.act(['/bin/sh', '-c', 'cp /bin/busybox /tmp/dropped; /tmp/dropped true; true']);
    const event = only(seen, '/tmp/dropped');
    assert.equal(event.file.place, 'upper');
    assert.equal(event.path, '/tmp/dropped');
    assert.equal(await stage.hashOf(event.file), busybox);
    const parent = event.ancestors[0];
    assert.ok(parent);
    assert.equal(parent.program, only(seen, '/bin/sh').key, 'the parent is named by the key of its program');
  });

  it('a file modified in place and run again is another version with another hash', async () => {
    const script = 'cp /bin/doer /tmp/x; /tmp/x sleep 200; echo >> /tmp/x; /tmp/x sleep 200';
    const seen = await stage.act(['/bin/sh', '-c', script]);
    const versions = execs(seen).filter((event) => event.argv[0] === '/tmp/x');
    assert.equal(versions.length, 2);
    const hashes = await Promise.all(versions.map((event) => stage.hashOf(event.file)));
    assert.equal(hashes[0], sha256(stage.doer));
    assert.notEqual(hashes[1], hashes[0]);
  });

  it('tmpfs and volume', async () => {
    const volume = join(stage.scratch, 'volume');
    mkdirSync(volume);
    copyFileSync('/bin/busybox', join(volume, 'tool'));
    const seen = await stage.act(
      ['/bin/sh', '-c', 'cp /bin/busybox /dev/shm/tool; /dev/shm/tool sleep 0.3; /data/tool sleep 0.3'],
      {
        mounts: [{ source: volume, target: '/data' }],
        // /dev/shm comes noexec from the runtime's defaults: a tmpfs of our own has no such flag.
        flags: ['--mount', 'type=tmpfs,src=tmpfs,dst=/dev/shm,options=exec:mode=1777'],
      },
    );
    const onTmpfs = only(seen, '/dev/shm/tool');
    assert.equal(onTmpfs.file.place, 'tmpfs');
    assert.equal(await stage.hashOf(onTmpfs.file), busybox);
    const onVolume = only(seen, '/data/tool');
    assert.equal(onVolume.file.place, 'volume');
    assert.equal(await stage.hashOf(onVolume.file), busybox);
  });

  it('uid, group and effective capabilities', async () => {
    const seen = await stage.act(['/bin/su', '-s', '/bin/sh', 'nobody', '-c', '/bin/busybox true; true']);
    const event = only(seen, '/bin/busybox');
    assert.equal(event.self.uid, 65534);
    assert.equal(event.gid, 65534);
    assert.equal(event.capabilities, 0n);
    const root = only(await stage.act(['exec', '/bin/busybox', 'true']), '/bin/busybox');
    assert.ok((root.capabilities & (1n << 10n)) !== 0n, 'CAP_NET_BIND_SERVICE is among the runtime defaults');
    assert.ok((root.capabilities & (1n << 21n)) === 0n, 'CAP_SYS_ADMIN is not');
  });

  it('argv is bounded, said to be cut, and counted whole', async () => {
    const long = Array.from({ length: 600 }, (_, index) => `argument-${index}`);
    const seen = await stage.act(['exec', '/bin/busybox', 'true', ...long]);
    const event = only(seen, '/bin/busybox');
    assert.equal(event.flags.truncated, true);
    assert.equal(event.argc, 602);
    assert.equal(event.argv[3], 'argument-1');
  });

  it('known is silent: 300 equal executions are one event and one count', async () => {
    const seen = await stage.act(['exec-many', '300', 'fixed', '/bin/busybox', 'true']);
    const event = only(seen, '/bin/busybox');
    const counts = seen.events.filter(
      (each) => each.type === 'count' && each.kind === 'exec' && each.key === event.key,
    );
    const last = counts.at(-1);
    assert.ok(last?.type === 'count');
    assert.equal(last.count, 300);
    assert.ok(last.last > last.first);
    const opens = seen.events.filter(
      (each) => each.type === 'open' && each.kind === 'exec' && each.path === '/bin/busybox',
    );
    assert.ok(opens.length <= 2, `${opens.length} open events`);
  });

  it('novelty is not: 50 executions with 50 arguments are 50 events', async () => {
    const seen = await stage.act(['exec-many', '50', 'novel', '/bin/busybox', 'true']);
    assert.equal(execs(seen).filter((event) => event.argv[0] === '/bin/busybox').length, 50);
  });

  it('fork and exit', async () => {
    const seen = await stage.act(['fork', '3', '7']);
    const doer = only(seen, '/bin/doer');
    const forks = seen.events.filter((event) => event.type === 'fork' && event.parent.program === doer.key);
    assert.equal(forks.length, 1, 'the first fork of a program is an event, the rest are counted');
    const [fork] = forks;
    assert.ok(fork?.type === 'fork');
    const exit = seen.events.find((event) => event.type === 'exit' && event.self.pid === fork.child.pid);
    assert.ok(exit?.type === 'exit');
    assert.equal(exit.code >> 8, 7);
    const own = seen.events.find((event) => event.type === 'exit' && event.self.pid === doer.self.pid);
    assert.ok(own?.type === 'exit');
    assert.equal(own.code, 0);
  });

  it('a process that enters later is of the container, its parent outside is named', async () => {
    const id = await stage.stay();
    assert.equal((await stage.containerd.exec(id, ['/bin/doer', 'true'])).code, 0);
    await stage.settle();
    const event = only({ output: { code: 0, stdout: '', stderr: '' }, events: stage.of(id) }, '/bin/doer');
    assert.ok(event.ancestors.length >= 1);
    await stage.containerd.remove(id);
    await stage.gone(id);
  });
});
