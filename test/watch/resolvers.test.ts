import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolvConfOf } from '../../src/containers/resolv-conf.ts';
import { leadsNowhere, networkObservation } from '../../src/watch/behaviour/observation.ts';
import { type Resolvers, readResolvers, resolversIn } from '../../src/watch/resolvers.ts';

const seen = { time: '', mapped: false, key: '', process: null, protocol: 17 } as const;

const to = (address: string, port: number, resolvers: Resolvers) =>
  'resolver' in networkObservation({ ...seen, use: 'send', address, port }, resolvers);
const spec = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const mount = (source: unknown) => ({ destination: '/etc/resolv.conf', source });

test('resolvers are read as resolv.conf(5) has them', () => {
  const text =
    '# a comment\nnameserver 10.96.0.10\nnameserver\tFD00:0::000A%eth0 # local\n nameserver 1.1.1.1\nnameserver no\n';
  assert.deepEqual([...resolversIn(text)], ['10.96.0.10', 'fd00::a']);
  assert.deepEqual([...resolversIn('search shop.example\n')], ['127.0.0.1', '::1']);
  assert.equal(resolversIn('nameserver 10.0.0.1\n'.repeat(3) + 'nameserver 10.0.0.2\n'.repeat(20)).size, 2);
});

test('a file that is none holds nobody up and leads nowhere else', (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-resolvers-'));
  context.after(() => rmSync(scratch, { recursive: true }));
  const [plain, link, pipe] = ['plain', 'link', 'pipe'].map((name) => join(scratch, name)) as [string, string, string];
  writeFileSync(plain, 'nameserver 10.96.0.10\n');
  symlinkSync(plain, link);
  execFileSync('mkfifo', [pipe]);
  assert.deepEqual(readResolvers(plain), new Set(['10.96.0.10']));
  assert.equal(readResolvers(link), undefined);
  assert.equal(readResolvers(pipe), undefined);
  assert.equal(readResolvers(scratch), undefined);
  assert.deepEqual(readResolvers(join(scratch, 'none')), new Set(['127.0.0.1', '::1']));
});

test('only the container’s own resolvers are its resolvers, on their port', () => {
  const own = new Set(['10.96.0.10']);
  assert.equal(to('10.96.0.10', 53, own), true);
  assert.equal(to('10.96.0.10', 80, own), false);
  assert.equal(to('192.0.2.53', 53, own), false);
  assert.equal(to('10.96.0.10', 53, undefined), false);
});

test('a datagram socket that is connected to nobody says nothing of whom a container talks to', () => {
  const udp = { ...seen, use: 'connect', protocol: 17, address: '0.0.0.0', port: 80 } as const;
  assert.ok(leadsNowhere(udp));
  assert.ok(leadsNowhere({ ...udp, address: '::' }));
  assert.ok(leadsNowhere({ ...udp, address: '192.0.2.1', port: 0 }));
  assert.ok(!leadsNowhere({ ...udp, address: '192.0.2.1' }));
  assert.ok(!leadsNowhere({ ...udp, protocol: 6 }));
  assert.ok(!leadsNowhere({ ...udp, use: 'bind' }));
  assert.ok(!leadsNowhere({ ...udp, use: 'send' }));
});

test('the mount of a specification is found; what is no specification has none', () => {
  assert.equal(
    resolvConfOf(spec({ mounts: [mount('/first'), { destination: '/proc' }, null, mount('/last')] })),
    '/last',
  );
  for (const other of [
    '',
    '{',
    'null',
    '[]',
    '{"mounts":{}}',
    { mounts: [] },
    { mounts: [mount(7)] },
    { mounts: [mount('x')] },
  ])
    assert.equal(resolvConfOf(spec(other)), undefined);
  assert.equal(resolvConfOf(undefined), undefined);
  assert.equal(resolvConfOf(new Uint8Array((1 << 20) + 1)), undefined);
});
