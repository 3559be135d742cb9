import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedBy, hashedEndings, loads } from '../../src/watch/interpreters.ts';

test('an interpreter loads its own kinds of files', () => {
  for (const [program, path] of [
    ['/usr/bin/python3.11', '/app/x.py'],
    ['/usr/bin/python3', '/app/__pycache__/x.cpython-311.pyc'],
    ['/usr/bin/python3', '/usr/lib/libssl.so.3'],
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
    ['/usr/bin/python3', '/etc/passwd'],
    ['', '/app/x.py'],
  ] as const)
    assert.ok(!loads(program, path), `${program} ${path}`);
});

test('a program with an interpreter’s library in it runs what that one runs', () => {
  for (const [library, path] of [
    ['/usr/lib/apache2/modules/libphp8.2.so', '/var/www/html/index.php'],
    ['/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0', '/app/wsgi.py'],
    ['/usr/lib/x86_64-linux-gnu/libperl.so.5.36.0', '/usr/share/perl5/X.pm'],
    ['/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2', '/app/x.rb'],
    ['/usr/lib/x86_64-linux-gnu/liblua5.3.so.0.0.0', '/etc/proxy/route.lua'],
    ['/usr/lib/x86_64-linux-gnu/libnode.so.108', '/app/index.mjs'],
  ] as const) {
    const embedded = new Set(embeddedBy(library));
    assert.ok(loads('/usr/sbin/server', path, embedded), library);
    assert.ok(!loads('/usr/sbin/server', '/app/page.html', embedded), library);
    assert.ok(!loads('/usr/sbin/server', path), library);
  }
  for (const library of ['/usr/lib/libphpish.so.1', '/usr/lib/libz.so.1', '/usr/lib/libpython3.py'])
    assert.deepEqual(embeddedBy(library), [], library);
});

test('the sensor is asked to hash all that the issue names', () => {
  for (const ending of ['.py', '.pyc', '.js', '.mjs', '.cjs', '.rb', '.jar', '.so', '.node'])
    assert.ok(hashedEndings.includes(ending), ending);
});
