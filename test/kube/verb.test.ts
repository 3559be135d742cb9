import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startWebhook } from './process.ts';
import { openWorld } from './world.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function failure(...args: readonly string[]): string {
  const { status, stderr } = spawnSync(process.execPath, [main, 'admission', '--json', ...args], { encoding: 'utf8' });
  const { code, message } = JSON.parse(stderr) as { code: string; message: string };
  return `${status} ${code} ${message}`;
}

test('what it can not begin with is said, and it does not begin', async () => {
  await using world = await openWorld();
  const at = (file: string): string => join(world.scratch, file);
  const broken = at('broken.yaml');
  writeFileSync(broken, 'kind: TrustPolicy');
  const stranger = world.authority.issue('other', 'subjectAltName=DNS:other');
  writeFileSync(at('other.key'), stranger.key);
  const options = {
    '--policy': world.policyFile,
    '--listen': '127.0.0.1:0',
    '--tls-cert': at('tls.crt'),
    '--tls-key': at('tls.key'),
    '--store': at('verb'),
  };
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ '--listen': '8443' }, /^2 usage /],
    [{ '--listen': '127.0.0.1:99999' }, /^2 usage /],
    [{ '--deadline': '60000' }, /^2 usage /],
    [{ '--unpinned': 'allow' }, /^2 usage /],
    [{ '--platform': 'linux' }, /^2 platform-malformed /],
    [{ '--policy': broken }, /^2 policy-malformed /],
    [{ '--policy': at('none.yaml') }, /^3 policy-unreadable /],
    [{ '--tls-key': at('other.key') }, /^2 tls-unusable /],
    [{ '--tls-cert': broken }, /^2 tls-unusable /],
    [{ '--tls-cert': at('none.crt') }, /^3 file-unreadable /],
    [{ '--listen': `127.0.0.1:${world.server.port}` }, /^3 listen-failed /],
    [{ '--store': at('store') }, /^3 ledger-locked /],
  ];
  for (const [changed, expected] of cases) {
    assert.match(failure(...Object.entries({ ...options, ...changed }).flat()), expected, JSON.stringify(changed));
  }
});

test('reloads are told, one JSON object a line', async () => {
  await using world = await openWorld();
  const at = (file: string): string => join(world.scratch, file);
  const webhook = await startWebhook(world.scratch, [
    '--policy',
    world.policyFile,
    '--tls-cert',
    at('tls.crt'),
    '--tls-key',
    at('tls.key'),
    '--store',
    at('verb'),
  ]);
  writeFileSync(world.policyFile, 'kind: TrustPolicy');
  while (!webhook.lines.some(({ type }) => type === 'kept')) await sleep(20);
  const told = webhook.lines.find(({ type }) => type === 'kept');
  assert.equal(told?.['what'], 'policy');
  assert.equal(told?.['code'], 'policy-malformed');
  webhook.process.kill('SIGTERM');
  assert.equal(await webhook.ended, 0);
});
