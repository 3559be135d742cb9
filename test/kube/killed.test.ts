import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { admissionFacts } from '../../src/kube/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { startWebhook } from './process.ts';
import { answerIn, openWorld, podOf, reviewOf, type World } from './world.ts';

function argsOf(world: World, store: string): readonly string[] {
  const at = (file: string): string => join(world.scratch, file);
  const files = ['--policy', world.policyFile, '--tls-cert', at('tls.crt'), '--tls-key', at('tls.key')];
  return [...files, '--store', store];
}

function poster(world: World, port: number) {
  const agent = new Agent({ keepAlive: true, ca: world.authority.cert });
  const post = (body: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          agent,
          method: 'POST',
          path: '/validate?timeout=10s',
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve(text));
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });
  return { post, agent };
}

test('kill -9 under load: every decision that was answered is in the store', async () => {
  await using world = await openWorld();
  const good = await world.push('good');
  const store = join(world.scratch, 'killed');
  const answered: string[] = [];
  for (let round = 0; round < 4; round++) {
    const webhook = await startWebhook(world.scratch, argsOf(world, store));
    const { post, agent } = poster(world, webhook.port);
    const before = answered.length;
    const lane = async (): Promise<void> => {
      for (;;) {
        try {
          const { allowed, auditAnnotations } = answerIn(await post(reviewOf(podOf(`${world.name}@${good.digest}`))));
          assert.equal(allowed, true);
          answered.push(auditAnnotations?.['decision'] ?? '');
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          return;
        }
      }
    };
    const lanes = Array.from({ length: 8 }, lane);
    while (answered.length < before + 20 + round * 15) await sleep(1);
    await sleep(Math.random() * 10);
    webhook.process.kill('SIGKILL');
    assert.equal(await webhook.ended, 'SIGKILL');
    await Promise.all(lanes);
    agent.destroy();
  }
  const ledger = openLedger({ mode: 'write', directory: store, component: 'test', factSets: [admissionFacts] });
  try {
    const kept = new Map(
      [...ledger.read({ kind: 'admission' })].map(({ body }) => {
        const { id, allowed } = body as { id: string; allowed: boolean };
        return [id, allowed] as const;
      }),
    );
    assert.ok(answered.length > 100);
    assert.deepEqual(
      answered.filter((id) => kept.get(id) !== true),
      [],
    );
    assert.deepEqual(ledger.check().problems, []);
  } finally {
    await ledger.close();
  }
});

test('SIGTERM: it ends by itself, with 0, and the store is free again', async () => {
  await using world = await openWorld();
  const store = join(world.scratch, 'ended');
  const webhook = await startWebhook(world.scratch, argsOf(world, store));
  const { post, agent } = poster(world, webhook.port);
  assert.equal(answerIn(await post(reviewOf(podOf(`${world.name}:none`)))).allowed, false);
  webhook.process.kill('SIGTERM');
  assert.equal(await webhook.ended, 0);
  agent.destroy();
  const ledger = openLedger({ mode: 'write', directory: store, component: 'test', factSets: [admissionFacts] });
  assert.equal([...ledger.read({ kind: 'admission' })].length, 1);
  await ledger.close();
});
