import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedEndings, loads } from '../../src/watch/interpreters.ts';

test('an interpreter loads its own kinds of files', () => {
  for (const [program, path] of [
    ['/usr/bin/python3.11', '/app/x.py'],
    ['/usr/bin/python3', '/app/__pycache__/x.cpython-311.pyc'],
    ['/usr/local/bin/node', '/app/index.mjs'],
    ['/usr/bin/node', '/app/build/addon.node'],
    ['/usr/bin/ruby3.1', '/app/x.rb'],
    ['/opt/jdk/bin/java', '/app/app.jar'],
    ['/usr/bin/perl5.36.0', '/usr/share/perl5/X.pm'],
    ['/usr/bin/dash', '/entry.sh'],
    ['/bin/busybox', '/entry.sh'],
  ] as const)
    assert.ok(loads(program, path), `${program} ${path}`);
});

test('others only read them', () => {
  for (const [program, path] of [
    ['/usr/bin/cat', '/app/x.py'],
    ['/usr/bin/python3', '/app/x.js'],
    ['/usr/bin/nodepad', '/app/x.js'],
    ['/usr/bin/python3', '/usr/lib/libssl.so.3'],
    ['/usr/bin/python3', '/etc/passwd'],
    ['', '/app/x.py'],
  ] as const)
    assert.ok(!loads(program, path), `${program} ${path}`);
});

test('the sensor is asked to hash all that the issue names', () => {
  for (const ending of ['.py', '.pyc', '.js', '.mjs', '.cjs', '.rb', '.jar', '.so', '.node'])
    assert.ok(hashedEndings.includes(ending), ending);
});
