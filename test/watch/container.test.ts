import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bench, exec, file, hash, manifestOf, mapping, open } from './synthetic.ts';

const python = file(1);
const script = file(2, { place: 'volume' });
const image = manifestOf({ '/usr/bin/python3.11': 'aa', '/usr/bin/dash': 'dd', '/app/main.py': 'bb' });
const py = { pid: 10, program: 100n };

function bench(): Bench {
  const made = new Bench();
  made.container.contents.settle(image);
  made.hashes.deliver(hash(python, 'aa'), 0);
  return made;
}

test('a script is told from its interpreter, whichever queue is faster', () => {
  const events = [
    open(1, py, script, '/data/run.py', 'exec'),
    open(2, py, python, '/usr/bin/python3.11', 'exec'),
    exec(3, 10, 100n, python, '/usr/bin/python3.11', { filename: '/data/run.py', interpreter: '/usr/bin/python3' }),
  ] as const;
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
    [0, 2, 1],
    [1, 2, 0],
  ]) {
    const made = bench();
    for (const at of order) {
      const event = events[at];
      assert.ok(event);
      made.container.take(event);
    }
    made.hashes.deliver(hash(script, 'ff'), 0);
    made.pass(100);
    assert.deepEqual(made.findings(), ['script-from-volume /data/run.py'], order.join());
    assert.deepEqual(
      [...made.seen()].sort(),
      ['executed /data/run.py not-in-image', 'executed /usr/bin/python3.11 content'],
      order.join(),
    );
    assert.ok(made.container.settled);
  }
});

test('a program whose process a busy host keeps from running is told once', () => {
  const made = bench();
  made.container.take(open(1, py, python, '/usr/bin/python3.11', 'exec'));
  made.pass(100);
  made.pass(100);
  made.container.take(exec(200, 10, 100n, python, '/usr/bin/python3.11'));
  made.pass(2000);
  assert.deepEqual(made.seen(), ['executed /usr/bin/python3.11 content']);
  assert.ok(made.container.settled);
});

test('the wait for one exec takes nothing from the next of the same process', () => {
  const made = bench();
  const dash = file(5);
  made.hashes.deliver(hash(dash, 'dd'), 0);
  made.container.take(open(1, py, python, '/usr/bin/python3.11', 'exec'));
  made.container.take(exec(2, 10, 100n, python, '/usr/bin/python3.11'));
  made.pass(40);
  made.container.take(open(40, py, dash, '/usr/bin/dash', 'exec'));
  made.pass(20);
  made.container.take(exec(60, 10, 200n, dash, '/usr/bin/dash'));
  made.pass(2000);
  assert.deepEqual(made.seen(), ['executed /usr/bin/python3.11 content', 'executed /usr/bin/dash content']);
});

test('a program that was opened and of which no exec comes is told all the same', () => {
  const made = bench();
  made.container.take(exec(3, 10, 100n, python, '/usr/bin/python3.11'));
  const dropped = file(8, { place: 'upper' });
  made.hashes.deliver(hash(dropped, 'ff'), 0);
  made.container.take(open(900, { pid: 11, program: 100n }, dropped, '/tmp/x', 'exec'));
  made.pass(100);
  assert.ok(!made.container.settled);
  made.pass(1000);
  assert.deepEqual(made.findings(), ['exec-not-in-image /tmp/x']);
  assert.ok(made.container.settled);
});

test('a known program that runs again with a modified script is found', () => {
  const made = bench();
  made.container.take(exec(3, 10, 100n, python, '/usr/bin/python3.11'));
  const modified = file(7, { place: 'upper' });
  made.hashes.deliver(hash(modified, 'ff'), 0);
  made.container.take(open(900, { pid: 11, program: 5n }, modified, '/app/main.py', 'exec'));
  made.pass(100);
  assert.deepEqual(made.findings(), ['script-modified /app/main.py']);
});

test('what Python opens is loaded, what another program opens is read', () => {
  const made = bench();
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  const source = file(3);
  made.hashes.deliver(hash(source, 'bb'), 0);
  made.container.take(open(2, py, source, '/app/main.py', 'read'));
  made.container.take(open(3, py, file(4), '/etc/hosts', 'read'));
  const dash = file(5);
  made.hashes.deliver(hash(dash, 'dd'), 0);
  made.container.take(exec(4, 20, 200n, dash, '/usr/bin/dash'));
  made.container.take(open(5, { pid: 20, program: 200n }, source, '/app/main.py', 'read'));
  made.pass(100);
  assert.deepEqual(made.findings(), []);
  assert.deepEqual(made.seen(), [
    'executed /usr/bin/python3.11 content',
    'loaded /app/main.py content',
    'read /etc/hosts read',
    'executed /usr/bin/dash content',
    'read /app/main.py read',
  ]);
});

test('bytecode of the image’s own source is recorded as derived', () => {
  const made = bench();
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  const pyc = file(6, { place: 'upper' });
  made.hashes.deliver(hash(pyc, 'ee'), 0);
  made.container.take(open(2, py, pyc, '/app/__pycache__/main.cpython-311.pyc', 'read'));
  assert.deepEqual(made.findings(), []);
  assert.ok(made.seen().includes('loaded /app/__pycache__/main.cpython-311.pyc derived'));
});

test('stale bytecode of the image is written anew: by Python it is derived, by another program modified', () => {
  for (const [writer, codes] of [
    [100n, []],
    [200n, ['script-modified /app/__pycache__/main.cpython-311.pyc']],
  ] as const) {
    const made = new Bench();
    const pycPath = '/app/__pycache__/main.cpython-311.pyc';
    const dash = file(5);
    made.container.contents.settle(
      manifestOf({ '/usr/bin/python3.11': 'aa', '/usr/bin/dash': 'dd', '/app/main.py': 'bb', [pycPath]: 'cc' }),
    );
    for (const one of [hash(python, 'aa'), hash(dash, 'dd'), hash(file(3), 'cc')]) made.hashes.deliver(one, 0);
    made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
    made.container.take(exec(2, 20, 200n, dash, '/usr/bin/dash'));
    made.container.take(open(3, py, file(3), pycPath, 'read'));
    const pyc = file(6, { place: 'upper' });
    made.container.take(open(4, { pid: 20, program: writer }, pyc, `${pycPath}.140234`, 'written'));
    const renamed = { ...pyc, ctime: pyc.ctime + 1n };
    made.hashes.deliver(hash(renamed, 'ee'), 0);
    made.container.take(open(5, py, renamed, pycPath, 'read'));
    made.pass(100);
    assert.deepEqual(made.findings(), codes);
  }
});

test('a dropped program’s own mapping is no second finding, also when it comes first', () => {
  const dropped = file(8, { place: 'upper' });
  const events = [
    mapping(5, { pid: 30, program: 100n }, dropped, '/tmp/x'),
    exec(5, 30, 300n, dropped, '/tmp/x'),
  ] as const;
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const made = bench();
    made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
    made.hashes.deliver(hash(dropped, 'ff'), 0);
    for (const at of order) made.container.take(events[at] ?? events[0]);
    made.pass(100);
    assert.deepEqual(made.findings(), ['exec-not-in-image /tmp/x'], order.join());
  }
});

test('anonymous executable memory is recorded, and is no finding', () => {
  const made = bench();
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  made.container.take(mapping(2, py, undefined, '//anon'));
  assert.ok(made.seen().includes('mapped //anon anonymous'));
  assert.deepEqual(made.findings(), []);
});

test('what the runtime does before the container’s first program is not the container’s', () => {
  const made = bench();
  const runc = { ...exec(1, 10, 50n, file(90, { place: 'memfd' }), 'memfd:runc_cloned:/proc/self/exe') };
  made.container.take({ ...runc, flags: { ...runc.flags, hostMountNamespace: true } });
  made.container.take(open(2, { pid: 10, program: 50n }, file(91), '/etc/passwd', 'read'));
  made.container.take(open(3, { pid: 10, program: 0n }, file(92), '/etc/group', 'read'));
  made.container.take(exec(5, 10, 100n, python, '/usr/bin/python3.11'));
  made.pass(100);
  assert.deepEqual(made.seen(), ['executed /usr/bin/python3.11 content']);
  assert.deepEqual(made.findings(), []);
});

test('a memfd that calls itself runc’s, started by a process of the container, is an escape', () => {
  const made = bench();
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  const fake = exec(2, 11, 60n, file(90, { place: 'memfd' }), 'memfd:runc_cloned:/proc/self/exe');
  const inside = [
    { start: 10n, program: 100n, pid: 10, uid: 0 },
    { start: 1n, program: 0n, pid: 1, uid: 0 },
  ];
  made.container.take({ ...fake, ancestors: inside, flags: { ...fake.flags, hostMountNamespace: true } });
  assert.deepEqual(made.findings(), ['exec-in-host-namespace memfd:runc_cloned:/proc/self/exe']);
});

test('everything waits for the image’s contents and is judged then', () => {
  const made = new Bench();
  made.hashes.deliver(hash(python, 'aa'), 0);
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  assert.deepEqual(made.seen(), []);
  assert.ok(!made.container.settled);
  made.container.contents.settle(image);
  assert.deepEqual(made.seen(), ['executed /usr/bin/python3.11 content']);
  assert.ok(made.container.settled);
});

test('what was judged unknown is settled by a later sight', () => {
  const made = bench();
  const late = file(12, { place: 'upper' });
  made.container.take(exec(1, 10, 100n, late, '/usr/bin/dash'));
  made.pass(20_000);
  assert.deepEqual([...made.container.judged.unknown], [['hash-late', 1]]);
  const again = { ...late, ctime: 2n };
  made.hashes.deliver(hash(again, 'dd'), 0);
  made.container.take(exec(2, 11, 101n, again, '/usr/bin/dash'));
  assert.equal(made.container.judged.unknown.size, 0);
});

test('a program written to after it ran is judged again', () => {
  const made = bench();
  made.container.take(exec(1, 10, 100n, python, '/usr/bin/python3.11'));
  const changed = file(1, { place: 'upper', ctime: 9n });
  made.hashes.deliver(hash(changed, 'ff'), 0);
  made.container.take(open(9, py, changed, '/usr/bin/python3.11', 'written'));
  assert.deepEqual(made.findings(), ['exec-modified /usr/bin/python3.11']);
});

test('in any order, the same is found, and nothing is left waiting', () => {
  const dropped = file(8, { place: 'upper' });
  const library = file(14, { place: 'tmpfs' });
  const events = [
    exec(1, 10, 100n, python, '/usr/bin/python3.11'),
    open(1, py, python, '/usr/bin/python3.11', 'exec'),
    exec(20, 30, 300n, dropped, '/tmp/x'),
    open(20, { pid: 30, program: 100n }, dropped, '/tmp/x', 'exec'),
    mapping(20, { pid: 30, program: 300n }, dropped, '/tmp/x'),
    mapping(30, py, library, '/dev/shm/l.so'),
    hash(dropped, 'ff'),
    hash(library, 'fe'),
    hash(python, 'aa'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
      const made = new Bench();
      made.container.contents.settle(image);
      for (const event of order) {
        if (event.type === 'file-hash') made.hashes.deliver(event, 0);
        else made.container.take(event);
      }
      made.pass(100);
      made.pass(100);
      assert.deepEqual([...made.findings()].sort(), ['exec-not-in-image /tmp/x', 'library-from-tmpfs /dev/shm/l.so']);
      assert.ok(made.container.settled);
    }),
    { numRuns: 300 },
  );
});

test('what a server with an interpreter in it opens is code, whichever queue is faster; what others open is not', () => {
  const server = file(20);
  const php = file(21);
  const dropped = file(22, { place: 'upper' });
  const by = { pid: 10, program: 100n };
  const events = [
    mapping(3, by, php, '/usr/lib/apache2/modules/libphp8.2.so'),
    open(4, by, dropped, '/var/www/uploads/x.php', 'read'),
  ] as const;
  for (const order of [[0, 1], [1, 0], [1]]) {
    const made = new Bench();
    const paths = { '/usr/sbin/apache2': 'aa', '/usr/lib/apache2/modules/libphp8.2.so': 'bb' };
    made.container.contents.settle(manifestOf(paths));
    for (const [version, sha256] of [
      [server, 'aa'],
      [php, 'bb'],
      [dropped, 'ff'],
    ] as const)
      made.hashes.deliver(hash(version, sha256), 0);
    made.container.take(exec(1, 10, 100n, server, '/usr/sbin/apache2'));
    for (const at of order) {
      const event = events[at];
      assert.ok(event);
      made.container.take(event);
    }
    made.pass(100);
    const use = order.includes(0) ? 'loaded' : 'read';
    assert.ok(
      made.seen().some((one) => one.startsWith(`${use} /var/www/uploads/x.php`)),
      `${order.join()} ${made.seen().join()}`,
    );
    assert.ok(made.container.settled);
  }
});

test('what a runtime looks up before the first program is opened is not the container’s, however late it is told', () => {
  const made = bench();
  const self = { pid: 10, program: 100n };
  const [accounts, again] = [file(20), file(21)];
  made.container.take(exec(3, 10, 100n, python, '/usr/bin/python3.11'));
  made.container.take(open(4, self, accounts, '/etc/passwd', 'read'));
  made.container.take(open(5, self, python, '/usr/bin/python3.11', 'exec'));
  made.container.take(open(6, self, again, '/etc/group', 'read'));
  made.pass(100);
  const seen = made.seen().join();
  assert.ok(!seen.includes('/etc/passwd'), seen);
  assert.ok(seen.includes('/etc/group'), seen);
});
