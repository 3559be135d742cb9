import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoImage } from '../../scripts/demo/image.ts';
import { Watching } from './watching.ts';

const image = 'test.local/demo:latest';
const sh = (script: string): readonly string[] => ['sh', '-c', script];

/** Each is done for real in a container of its own; exactly these findings must come, and no other. */
const cases: readonly {
  readonly id: string;
  readonly args: readonly string[];
  readonly codes: readonly string[];
  readonly path?: string;
  readonly from?: string;
}[] = [
  { id: 'normal', args: sh('ls / >/dev/null; python3 -c "import json; print(1)"; sleep 0.1'), codes: [] },
  {
    id: 'dropped',
    args: sh('cp /usr/bin/sleep /tmp/x && printf mined >> /tmp/x && /tmp/x 0.1'),
    codes: ['exec-not-in-image'],
    path: '/tmp/x',
    from: 'upper',
  },
  {
    id: 'copied',
    args: sh('cp /usr/bin/sleep /tmp/renamed && /tmp/renamed 0.1'),
    codes: [],
  },
  {
    id: 'replaced',
    args: sh('cp /usr/bin/sleep /tmp/y && printf mined >> /tmp/y && cp /tmp/y /usr/bin/uptime && /usr/bin/uptime 0.1'),
    codes: ['exec-not-in-image'],
    path: '/usr/bin/uptime',
  },
  {
    id: 'modified',
    args: sh('printf mined >> /usr/bin/sleep; /usr/bin/sleep 0.1'),
    codes: ['exec-modified'],
    path: '/usr/bin/sleep',
    from: 'upper',
  },
  {
    id: 'preload',
    args: sh(
      'cp /lib/x86_64-linux-gnu/libz.so.1 /tmp/hook.so && printf x >> /tmp/hook.so && LD_PRELOAD=/tmp/hook.so /usr/bin/true',
    ),
    codes: ['library-not-in-image'],
    path: '/tmp/hook.so',
    from: 'upper',
  },
  {
    id: 'memory',
    args: [
      'python3',
      '-c',
      'import os; f = os.memfd_create("kdevtmpfs"); os.write(f, open("/usr/bin/sleep", "rb").read() + b"x"); os.execv(f"/proc/self/fd/{f}", ["k", "0.5"])',
    ],
    codes: ['exec-from-memory'],
    from: 'memfd',
  },
  {
    id: 'volume-python',
    args: ['python3', '/data/collect.py'],
    codes: ['script-from-volume'],
    path: '/data/collect.py',
  },
  { id: 'volume-shebang', args: sh('/data/run.sh'), codes: ['script-from-volume'], path: '/data/run.sh' },
  {
    id: 'script-written',
    args: sh('printf "print(2)\\n" > /tmp/s.py; python3 /tmp/s.py'),
    codes: ['script-not-in-image'],
    path: '/tmp/s.py',
    from: 'upper',
  },
  {
    // Read by another first, so that the file itself is no longer new when the interpreter opens it.
    id: 'script-read-before',
    args: sh('printf "print(3)\\n" > /tmp/r.py; cat /tmp/r.py; sleep 0.3; cat /tmp/r.py; python3 /tmp/r.py; true'),
    codes: ['script-not-in-image'],
    path: '/tmp/r.py',
    from: 'upper',
  },
  {
    id: 'tmpfs',
    args: sh('cp /usr/bin/sleep /scratch/t && printf x >> /scratch/t && /scratch/t 0.1'),
    codes: ['exec-from-tmpfs'],
    path: '/scratch/t',
    from: 'tmpfs',
  },
  {
    id: 'unlinked',
    args: sh('cp /usr/bin/sleep /tmp/u && printf x >> /tmp/u && exec 3</tmp/u && rm /tmp/u && /proc/self/fd/3 0.1'),
    codes: ['exec-unlinked'],
    from: 'unlinked',
  },
];

test('an intruder’s moves are found, each with its code; what is the image’s is not', async (context) => {
  await using watching = await Watching.open(await demoImage(context.signal, () => undefined), image);
  const volume = join(watching.scratch, 'volume');
  mkdirSync(volume);
  writeFileSync(join(volume, 'collect.py'), 'print("volume")\n');
  writeFileSync(join(volume, 'run.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await watching.start();
  const tmpfs = ['--mount', 'type=tmpfs,src=tmpfs,dst=/scratch,options=rw'];
  const mounts = [{ source: volume, target: '/data' }];
  for (const { id, args } of cases) {
    const done = await watching.containerd.run({ image, id, args, mounts, flags: tmpfs });
    if (id === 'normal') assert.equal(done.code, 0, done.stderr);
  }
  await Promise.all(cases.map(({ id }) => watching.ended(id)));
  for (const { id, codes, path, from } of cases)
    await context.test(id, () => {
      assert.deepEqual(watching.codes(id), codes, JSON.stringify(watching.of('finding', id), null, 1));
      const [finding] = watching.of('finding', id);
      const file = finding?.['file'] as { path: string; from: string; sha256: string } | undefined;
      if (path !== undefined) assert.equal(file?.path, path);
      if (from !== undefined) assert.equal(file?.from, from);
      if (file !== undefined) assert.match(file.sha256, /^[0-9a-f]{64}$/);
      const last = watching.of('verdict', id).at(-1);
      assert.equal(last?.['word'], codes.length === 0 ? 'unverified' : 'drifted');
      const terms = last?.['terms'] as { identity: { state: string }; coverage: { state: string } };
      assert.equal(terms.identity.state, codes.length === 0 ? 'good' : 'drifted', JSON.stringify(last));
      assert.equal(terms.coverage.state, 'sufficient', JSON.stringify(last));
    });
  assert.equal(await watching.stop(), 1);
});
