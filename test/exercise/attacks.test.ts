import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Inside } from '../../src/exercise/attacks/inside.ts';
import { filledIn, wayOf } from '../../src/exercise/attacks/programs.ts';
import { type Alert, attackSetDigest, attacks, attackTool, isAbout, type Told } from '../../src/exercise/index.ts';

const found = (...names: readonly string[]) => ({
  programs: new Map(names.map((name) => [name, `/bin/${name}`])),
  library: undefined,
});

const byId = (id: string) => attacks.find((one) => one.id === id) ?? assert.fail(id);

test('every attack has a name of its own, and a way for an image that has everything', () => {
  assert.equal(new Set(attacks.map(({ id }) => id)).size, attacks.length);
  const all = [...JSON.stringify(attacks).matchAll(/\{([a-z][a-z0-9-]*)\}/g)].map(([, name]) => name ?? '');
  const rich = { ...found(...all), library: '/lib/libz.so.1' };
  for (const attack of attacks) {
    assert.equal(wayOf(attack, rich), attack.ways[0], attack.id);
    assert.doesNotMatch(filledIn(JSON.stringify(attack.ways[0]), rich), /\{[a-z][a-z0-9-]*\}/, attack.id);
  }
});

test('an image without a program can’t host what takes it, and another way is found', () => {
  assert.equal(wayOf(byId('shell'), found()), undefined);
  assert.equal(wayOf(byId('drop-library'), found('sh', 'cat')), undefined, 'no library to copy');
  assert.equal(wayOf(byId('reverse-shell'), found('python3')), byId('reverse-shell').ways[2]);
});

test('the digest of the set changes with any of it', () => {
  assert.match(attackSetDigest(), /^sha256:[0-9a-f]{64}$/);
  assert.equal(attackSetDigest(), attackSetDigest(structuredClone(attacks)));
  assert.notEqual(attackSetDigest(), attackSetDigest(attacks.slice(1)));
});

const process = {
  kind: 'process' as const,
  path: '/bin/cat',
  parent: '@exec' as const,
  argv: ['cat', '/etc/shadow'],
  argvWhole: true,
  uid: 0,
  capabilities: 0n,
  sha256: undefined,
  ofImage: true,
};

function drift(observation: Extract<Alert, { from: 'drift' }>['observation']): Alert {
  return { from: 'drift', code: 'x', observation };
}

test('only what names the attack itself counts', () => {
  const file = {
    kind: 'file' as const,
    path: '/etc/shadow',
    access: 'read' as const,
    sha256: undefined,
    ofImage: true,
  };
  const peer = { kind: 'connection' as const, protocol: 'tcp' as const, address: '203.0.113.7', port: 4444 };
  const table: readonly (readonly [Alert, Told, boolean])[] = [
    [drift(file), { what: 'file', path: '/etc/shadow' }, true],
    [drift(file), { what: 'file', path: '/etc/shadow-' }, false],
    [drift(process), { what: 'file', path: '/etc/shadow' }, false],
    [drift(process), { what: 'file', path: '/etc/shadow', orGiven: true }, true],
    [drift(process), { what: 'program', path: '/bin/cat' }, true],
    [drift(process), { what: 'program', path: '/tmp/cat' }, false],
    [drift(process), { what: 'arguments', text: 'shadow' }, true],
    [drift(process), { what: 'arguments', text: 'passwd' }, false],
    [drift(peer), { what: 'peer', port: 4444 }, true],
    [drift(peer), { what: 'peer', port: 4445 }, false],
    [drift({ ...peer, address: '203.0.113.8' }), { what: 'peer', port: 4444 }, false],
    [drift(peer), { what: 'port', port: 4444 }, false],
    [drift({ kind: 'listen', protocol: 'tcp', port: 4445 }), { what: 'port', port: 4445 }, true],
    [{ from: 'finding', code: 'exec-not-in-image', path: '/tmp/x' }, { what: 'program', path: '/tmp/x' }, true],
    [{ from: 'finding', code: 'exec-not-in-image', path: '/tmp/y' }, { what: 'program', path: '/tmp/x' }, false],
  ];
  for (const [alert, told, is] of table) assert.equal(isAbout(alert, told), is, JSON.stringify(told));
});

test('the tool that attacks bring is static, and its bytes are nobody else’s', async () => {
  const tool = await attackTool();
  const own = readFileSync('/bin/busybox');
  assert.ok(tool.length > own.length && own.equals(tool.subarray(0, own.length)));
  await assert.rejects(attackTool('/bin/sh'), { code: 'attack-tool-missing' }, 'needs libraries');
  await assert.rejects(attackTool('/no/such/file'), { code: 'attack-tool-missing' });
  await assert.rejects(attackTool(import.meta.filename), { code: 'attack-tool-missing' }, 'not a program');
});

test('symlinks on the way lead where the container’s root says, not further than so many', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-inside-'));
  try {
    const inside = new Inside(globalThis.process.pid);
    symlinkSync(scratch, join(scratch, 'absolute'));
    symlinkSync('loop', join(scratch, 'loop'));
    assert.equal(
      await inside.put(join(scratch, 'absolute/absolute/new/deep/file'), Buffer.from('x'), 0o600),
      join(scratch, 'new/deep/file'),
    );
    assert.equal(readFileSync(join(scratch, 'new/deep/file'), 'utf8'), 'x');
    writeFileSync(join(scratch, 'there'), 'old');
    await inside.put(join(scratch, 'there'), Buffer.from('new'), 0o600);
    assert.equal(readFileSync(join(scratch, 'there'), 'utf8'), 'new');
    assert.equal(await inside.find(join(scratch, 'absolute/there')), join(scratch, 'there'));
    assert.equal(await inside.find(join(scratch, 'loop/x')), undefined);
    assert.equal(await inside.find(join(scratch, 'none')), undefined);
    assert.equal(Buffer.from(await inside.read(join(scratch, 'there'), 2)).toString(), 'ne');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
