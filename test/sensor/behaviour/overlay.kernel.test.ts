import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execs, Stage } from './stage.ts';

/** An overlay of the container's own making: the image's programs below, `/tmp/o/up` above, seen at `/tmp/o/all`. */
const mountOverlay = [
  'mkdir /tmp/o',
  'mount -t tmpfs tmpfs /tmp/o',
  'mkdir /tmp/o/up /tmp/o/work /tmp/o/all',
  'mount -t overlay overlay -o lowerdir=/bin,upperdir=/tmp/o/up,workdir=/tmp/o/work /tmp/o/all',
];

describe('overlays that are not the root, in a real container', { timeout: 300_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  const script = async (lines: readonly string[]) => {
    const seen = await stage.act(['/bin/sh', '-c', lines.join(' && ')], { flags: ['--privileged'] });
    assert.equal(seen.output.code, 0, seen.output.stderr);
    return seen;
  };

  it('what runs from one is from a volume, whichever of its layers holds it; the root’s own stays the image’s', async () => {
    const seen = await script([
      ...mountOverlay,
      'cp /bin/doer /tmp/o/all/dropped',
      '/tmp/o/all/dropped sleep 300',
      '/tmp/o/all/doer sleep 300',
      '/bin/doer sleep 300',
    ]);
    const placeOf = (argv0: string) => execs(seen).find((event) => event.argv[0] === argv0)?.file.place;
    assert.equal(placeOf('/tmp/o/all/dropped'), 'volume');
    assert.equal(placeOf('/tmp/o/all/doer'), 'volume');
    assert.equal(placeOf('/bin/doer'), 'lower');
    const mapped = seen.events.flatMap((event) =>
      event.type === 'mapping' && event.path.startsWith('/tmp/o/all/') ? [event.file?.place] : [],
    );
    assert.ok(mapped.length > 0, 'its text was mapped');
    assert.deepEqual(new Set(mapped), new Set(['volume']));
  });

  it('a process that has made one its root does not pass it off as the image', async () => {
    const seen = await script([
      ...mountOverlay,
      'cp /bin/doer /tmp/o/all/inside',
      'chroot /tmp/o/all /inside sleep 300',
    ]);
    const event = execs(seen).find((each) => each.argv[0] === '/inside');
    assert.equal(event?.file.place, 'volume');
    assert.equal(event.path, '/inside');
  });

  it('a file is named by its whole path where its mount is gone, also when it is called as the mount point was', async () => {
    const volume = join(stage.scratch, 'twice');
    mkdirSync(join(volume, 'data'), { recursive: true });
    for (const name of ['x.py', 'data/y.py']) writeFileSync(join(volume, name), '1');
    const seen = await stage.act(
      ['/bin/sh', '-c', 'cat /data/x.py && cd /data && umount -l /data && cat data/y.py && sleep 0.3'],
      { flags: ['--privileged'], mounts: [{ source: volume, target: '/data' }] },
    );
    assert.equal(seen.output.code, 0, seen.output.stderr);
    const read = seen.events.flatMap((event) =>
      event.type === 'open' && event.path.endsWith('.py') ? [`${event.path} ${event.file.place}`] : [],
    );
    assert.deepEqual(read, ['/data/x.py volume', '/data/data/y.py volume']);
  });
});

describe('an overlay in a container that is older than the sensor', { timeout: 120_000 }, () => {
  it('what runs from it, and is mapped, is from a volume', async () => {
    await using stage = await Stage.openWithoutSensor();
    const id = await stage.stay({
      args: [
        '/bin/sh',
        '-c',
        [...mountOverlay, 'cp /bin/doer /tmp/o/all/own', 'exec /tmp/o/all/own sleep 600000'].join(' && '),
      ],
      flags: ['--privileged'],
    });
    await stage.containerd.exec(id, ['/bin/sh', '-c', 'until grep -q /tmp/o/all/own /proc/1/cmdline; do :; done']);
    await stage.watch({ countIntervalSeconds: 1 });
    const places = stage
      .of(id)
      .flatMap((event) =>
        (event.type === 'exec' || event.type === 'mapping') && event.path.startsWith('/tmp/o/all/')
          ? [`${event.type} ${event.file?.place}`]
          : [],
      );
    // Of a file of its lower layer the kernel maps the file below, which it then names: the image's own.
    assert.deepEqual([...new Set(places)].toSorted(), ['exec volume', 'mapping volume']);
  });
});
