import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { HoldfastError } from '../../src/errors/index.ts';
import { Metrics, serverLimits } from '../../src/kube/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { testAuthority } from '../support/registry/certificates.ts';
import { answerIn, newKey, openWorld, podOf, policyText, reviewOf, type World } from './world.ts';

async function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200; round++) {
    if (await check()) return;
    await sleep(25);
  }
  throw new Error(`never: ${what}`);
}

test('what can not be read is answered like every other request: a review, a no', async () => {
  await using world = await openWorld();
  const good = JSON.stringify(reviewOf(podOf('a')));
  const json = { 'content-type': 'application/json' };
  const cases: readonly (readonly [string, string | Buffer, Record<string, string>, number])[] = [
    ['empty', '', json, 400],
    ['null', 'null', json, 400],
    ['no JSON', 'x=1', json, 400],
    ['another type', good, { 'content-type': 'text/plain' }, 415],
    ['compressed', gzipSync(good), { ...json, 'content-encoding': 'gzip' }, 415],
    ['huge', Buffer.alloc(serverLimits.bodyBytes + 1, ' '), json, 413],
  ];
  for (const [name, body, headers, code] of cases) {
    for (const path of ['/validate', '/mutate']) {
      const { status, text } = await world.post(path, body, headers);
      assert.equal(status, 200, name);
      const answer = answerIn(text);
      assert.equal(answer.allowed, false, name);
      assert.equal(answer.uid, '');
      assert.equal(answer.status?.code, code, name);
    }
  }
  assert.equal((await world.get('/validate')).status, 405);
  assert.equal((await world.get('/anything')).status, 404);
  assert.equal((await world.post('/healthz', '')).status, 405);
});

test('a body without end is cut off, and the next request is answered', async () => {
  await using world = await openWorld();
  await new Promise<void>((resolve) => {
    const endless = request({
      host: '127.0.0.1',
      port: world.server.port,
      servername: 'localhost',
      ca: world.authority.cert,
      method: 'POST',
      path: '/validate',
      headers: { 'content-type': 'application/json' },
    });
    const chunk = Buffer.alloc(1 << 18, ' ');
    const more = (): void => {
      while (!endless.destroyed && endless.write(chunk));
    };
    endless.on('drain', more);
    endless.on('response', (response) => response.resume());
    endless.on('error', () => undefined);
    endless.on('close', () => resolve());
    more();
  });
  assert.equal(answerIn((await world.post('/validate', 'null')).text).allowed, false);
});

test('slowloris: who begins a request and does not end it is cut off, and others are answered meanwhile', async () => {
  await using world = await openWorld();
  const begun = ['POST /validate HTTP/1.1\r\n', 'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{'];
  const cut = begun.map(
    (text) =>
      new Promise<void>((resolve) => {
        const socket = connect({
          host: '127.0.0.1',
          port: world.server.port,
          ca: world.authority.cert,
          servername: 'localhost',
        });
        socket.on('secureConnect', () => socket.write(text));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
        socket.resume();
      }),
  );
  assert.equal(answerIn((await world.post('/validate', 'null')).text).allowed, false);
  // Only the server ends them; without its bounds this would wait for ever.
  await Promise.all(cut);
});

test('TLS 1.2 at least, and nothing in the clear', async () => {
  await using world = await openWorld();
  const { port } = world.server;
  const shake = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | undefined> =>
    new Promise((resolve) => {
      // SECLEVEL=0 lets OpenSSL offer the old version at all, so that it is the server that refuses.
      const socket: TLSSocket = connect({
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca: world.authority.cert,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      socket.on('secureConnect', () => {
        resolve(socket.getProtocol() ?? undefined);
        socket.destroy();
      });
      socket.on('error', () => resolve(undefined));
    });
  assert.equal(await shake('TLSv1.1'), undefined);
  assert.equal(await shake('TLSv1.2'), 'TLSv1.2');
  assert.equal(await shake('TLSv1.3'), 'TLSv1.3');
  const clear = await new Promise<string>((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  });
  assert.doesNotMatch(clear, /200 OK/);
});

test('with a client authority only its clients are answered, and probes still are', async () => {
  await using world = await openWorld({ clientAuthority: true });
  assert.equal((await world.post('/validate', reviewOf(podOf('a')))).status, 401);
  assert.equal((await world.get('/healthz')).status, 200);
  const client = world.authority.issue('apiserver', 'extendedKeyUsage=clientAuth');
  const stranger = testAuthority(world.scratch, 'stranger').issue('apiserver', 'extendedKeyUsage=clientAuth');
  const ask = (who: { cert: string; key: string }): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: world.server.port,
          servername: 'localhost',
          ca: world.authority.cert,
          ...who,
          agent: new Agent(),
          method: 'POST',
          path: '/validate',
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      asked.on('error', reject);
      asked.end('null');
    });
  assert.equal(await ask(client), 200);
  assert.equal(await ask(stranger), 401);
});

/** The serial number of the certificate that the server shows to a new connection. */
function shownSerial(world: World): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: world.server.port,
      servername: 'localhost',
      ca: world.authority.cert,
    });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('certificate: a new one is used without a restart, a broken one is not and is told', async () => {
  await using world = await openWorld();
  const first = await shownSerial(world);
  const file = join(world.scratch, 'tls.crt');
  const key = join(world.scratch, 'tls.key');
  const whole = readFileSync(file);

  writeFileSync(file, 'not a certificate');
  await eventually('told', () => world.events.includes('kept certificate'));
  assert.equal(await shownSerial(world), first);
  // Written one after the other: between the two they do not fit, and the old ones stay.
  const next = world.authority.issue('localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  writeFileSync(file, next.cert);
  writeFileSync(key, next.key);
  await eventually('used', async () => (await shownSerial(world)) !== first);
  assert.notDeepEqual(readFileSync(file), whole);
});

test('policy: a new one decides without a restart, a broken one does not and is told', async () => {
  await using world = await openWorld();
  const { digest } = await world.push('good');
  const ask = async (): Promise<boolean> =>
    (await world.ask('/validate', reviewOf(podOf(`${world.name}@${digest}`)))).allowed;
  assert.equal(await ask(), true);
  writeFileSync(world.policyFile, '{"apiVersion": "holdfast.dev/v1alpha1", "kind": "TrustPolicy"');
  await eventually('told', () => world.events.includes('kept policy'));
  assert.equal(await ask(), true);
  assert.equal((await world.get('/readyz')).status, 200);
  writeFileSync(world.policyFile, policyText(newKey().pem));
  await eventually('another key', async () => !(await ask()));
  writeFileSync(world.policyFile, policyText(world.pem));
  await eventually('the first again', ask);
});

test('a store that fails: a no that says so, not ready, and well again when the store is', async () => {
  const state = { fails: false };
  const wrap = (ledger: Ledger): Ledger =>
    new Proxy(ledger, {
      get(target, name) {
        if (name === 'append' && state.fails)
          return async () => Promise.reject(new HoldfastError('ledger-full', 'no space'));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  await using world = await openWorld({ ledger: wrap, spec: { admission: { mode: 'warn' } } });
  const { digest } = await world.push('good');
  const body = reviewOf(podOf(`${world.name}@${digest}`));
  assert.equal((await world.ask('/validate', body)).allowed, true);
  state.fails = true;
  const answer = await world.ask('/validate', body);
  assert.equal(answer.allowed, false, 'also where policies only warn');
  assert.match(answer.status?.message ?? '', /^retry: admission-unrecorded/);
  assert.equal(answer.status?.code, 503);
  assert.equal((await world.get('/readyz')).status, 503);
  assert.ok(world.events.some((event) => event.includes('no space')));
  state.fails = false;
  assert.equal((await world.ask('/validate', body)).allowed, true);
  assert.equal((await world.get('/readyz')).status, 200);
});

test('a store that hangs does not make an answer pass its deadline', async () => {
  const state = { hangs: false };
  const wrap = (ledger: Ledger): Ledger =>
    new Proxy(ledger, {
      get(target, name) {
        if (name === 'append' && state.hangs) return () => new Promise(() => {});
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  await using world = await openWorld({ ledger: wrap, deadlineMillis: 300 });
  state.hangs = true;
  const answer = await world.ask('/validate', reviewOf(podOf(`${world.name}:x`)));
  assert.match(answer.status?.message ?? '', /^retry: admission-unrecorded/);
});

test('every decision is evidence: what was asked, decided and answered, under the id that the answer names', async () => {
  await using world = await openWorld();
  const { digest } = await world.push('good');
  const body = reviewOf(podOf(`${world.name}@${digest}`)) as { request: { uid: string } };
  const answer = await world.ask('/validate', body);
  const id = answer.auditAnnotations?.['decision'] ?? '';
  const [entry] = [...world.ledger.read({ kind: 'admission', subject: digest })];
  const recorded = entry?.body as Record<string, unknown>;
  assert.equal(recorded['id'], id);
  assert.equal(recorded['uid'], body.request.uid);
  assert.equal(recorded['allowed'], true);
  assert.equal(entry?.workload, 'none/apps/Pod/p');
  const decisions = recorded['decisions'] as { result: string; checks: { code: string }[] }[];
  assert.equal(decisions[0]?.result, 'allow');
  assert.ok(decisions[0]?.checks.some(({ code }) => code === 'evidence-trusted'));
  const denied = await world.ask('/mutate', reviewOf(podOf(`${world.name}:none`)));
  const last = [...world.ledger.read({ kind: 'admission' })].at(-1)?.body as Record<string, unknown>;
  assert.equal(last['allowed'], false);
  assert.ok(denied.status?.message.includes(String(last['id'])));
  assert.ok(world.events.includes('denied images-undecided'));
  assert.equal(world.ledger.query('SELECT count(*) AS n FROM admissions WHERE id = ?', [id])[0]?.['n'], 1);
  assert.deepEqual(world.ledger.check().problems, []);
});

test('metrics are OpenMetrics', async () => {
  await using world = await openWorld();
  await world.post('/validate', 'null');
  const { status, text } = await world.get('/metrics');
  assert.equal(status, 200);
  assert.match(text, /^# EOF\n$/m);
  assert.match(text, /holdfast_admission_reviews_total\{route="validate",allowed="false",reason="malformed"\} 1\n/);
  assert.match(text, /holdfast_admission_seconds_bucket\{route="validate",le="\+Inf"\} 1\n/);
  assert.match(text, /holdfast_policies 1\n/);
  const metrics = new Metrics().histogram('h', 'help').counter('c', 'help');
  metrics.observe('h', 0.0015);
  metrics.observe('h', 100);
  metrics.count('c', { a: 'x"\\\n' });
  assert.match(metrics.text(), /h_bucket\{le="0.001"\} 0\nh_bucket\{le="0.002"\} 1\n/);
  assert.match(metrics.text(), /h_bucket\{le="10"\} 1\nh_bucket\{le="\+Inf"\} 2\nh_sum 100.0015\nh_count 2\n/);
  assert.ok(metrics.text().includes('c_total{a="x\\"\\\\\\n"} 1\n'));
});

test('ending: requests under way are answered, new ones are not taken', async () => {
  const world = await openWorld({ deadlineMillis: 5000 });
  const { digest } = await world.push('good');
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  world.registry.intercept = async () => {
    asked.resolve();
    await promise;
    return false;
  };
  const under = world.ask('/validate', reviewOf(podOf(`${world.name}@${digest}`)));
  await asked.promise;
  const ending = world.server[Symbol.asyncDispose]();
  await assert.rejects(world.ask('/validate', reviewOf(podOf('a'))));
  resolve();
  assert.equal((await under).allowed, true);
  await ending;
  await world[Symbol.asyncDispose]();
});

test('more requests than are taken at a time: each gets its answer, those beyond are told to come again', async () => {
  await using world = await openWorld({ deadlineMillis: 6000 });
  world.registry.intercept = () => new Promise(() => {});
  const asked = Array.from({ length: serverLimits.requests + 40 }, async (_, at) => {
    const body = reviewOf(podOf(`${world.name}-${at}:v1`)) as { request: { uid: string } };
    const answer = await world.ask('/mutate', body);
    assert.equal(answer.uid, body.request.uid);
    assert.equal(answer.allowed, false);
    return answer.status?.message.startsWith('retry: admission-overloaded') === true ? answer.status?.code : undefined;
  });
  const overloaded = (await Promise.all(asked)).filter((code) => code !== undefined);
  assert.ok(overloaded.length > 0 && overloaded.length <= 40);
  assert.deepEqual([...new Set(overloaded)], [429]);
  world.registry.intercept = undefined;
});
