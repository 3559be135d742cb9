import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { identityToken, parseSigningConfig, signMessage } from '../../src/attest/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { newWorld, tokenFor, type World } from './world.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const { signal } = new AbortController();
let world: World;
let scratch: string;

before(async () => {
  world = await newWorld();
  scratch = await mkdtemp(join(tmpdir(), 'holdfast-signing-'));
  await writeFile(join(scratch, 'file'), 'what is signed\n');
  await writeFile(join(scratch, 'root.json'), JSON.stringify(world.rootDocument));
  await writeFile(join(scratch, 'config.json'), JSON.stringify(configFor(world.url)));
});
after(async () => {
  await world[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

function configFor(url: string): Record<string, unknown> {
  const service = (majorApiVersion: number) => ({
    url,
    majorApiVersion,
    validFor: { start: '2020-01-01T00:00:00Z' },
    operator: 'example.com',
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service(1)],
    oidcUrls: [],
    rekorTlogUrls: [service(1)],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [service(1)],
    tsaConfig: { selector: 'EXACT', count: 1 },
  };
}

const quiet = { SIGSTORE_ID_TOKEN: '', ACTIONS_ID_TOKEN_REQUEST_URL: undefined, HOLDFAST_KEY_PASSWORD: 'open sesame' };

function run(words: readonly string[], environment: Record<string, string> = {}) {
  return new Promise<{ readonly status: number; readonly said: string }>((resolve) => {
    const env = { ...process.env, ...quiet, ...environment };
    execFile(process.execPath, [main, ...words], { env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), said: `${stdout}${stderr}` });
    });
  });
}

const who = 'https://example.com/builder';
const identity = ['--certificate-identity', who, '--certificate-oidc-issuer', 'https://issuer.example.com'];

test('sign-bundle keyless, by a token given or found, and verify-bundle', async () => {
  const [file, bundle, root] = ['file', 'a.json', 'root.json'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  const config = ['--signing-config', join(scratch, 'config.json')];
  const given = await run([
    'sign-bundle',
    '--identity-token',
    tokenFor(who),
    ...config,
    '--trusted-root',
    root,
    '--bundle',
    bundle,
    file,
  ]);
  assert.equal(given.status, 0, given.said);
  const verified = await run(['verify-bundle', '--bundle', bundle, ...identity, '--trusted-root', root, file]);
  assert.equal(verified.status, 0, verified.said);
  const flags = ['--fulcio-url', world.url, '--rekor-url', world.url];
  const found = await run(['sign-bundle', ...flags, '--bundle', bundle, file], {
    SIGSTORE_ID_TOKEN: tokenFor('other'),
  });
  assert.equal(found.status, 0, found.said);
  assert.equal((await run(['verify-bundle', '--bundle', bundle, ...identity, '--trusted-root', root, file])).status, 1);
  assert.equal((await run(['verify-bundle', '--bundle', bundle, ...identity, file])).status, 1);
});

test('keygen, sign-bundle by key, verify-bundle; nothing is overwritten', async () => {
  const [file, bundle, prefix] = ['file', 'k.json', 'key'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  assert.equal((await run(['keygen', '--output-prefix', prefix])).status, 0);
  assert.equal((await run(['keygen', '--output-prefix', prefix])).status, 2);
  const signed = await run(['sign-bundle', '--key', `${prefix}.key`, '--bundle', bundle, file]);
  assert.equal(signed.status, 0, signed.said);
  const verify = ['verify-bundle', '--bundle', bundle, '--key', `${prefix}.pub`];
  assert.equal((await run([...verify, file])).status, 0);
  assert.equal((await run([...verify, '--min-logs', '1', file])).status, 1);
  assert.equal((await run([...verify, join(scratch, 'root.json')])).status, 1);
  const logged = await run([
    'sign-bundle',
    '--key',
    `${prefix}.key`,
    '--rekor-url',
    world.url,
    '--bundle',
    bundle,
    file,
  ]);
  assert.equal(logged.status, 0, logged.said);
  assert.equal(
    (await run([...verify, '--trusted-root', join(scratch, 'root.json'), '--min-logs', '1', file])).status,
    0,
  );
  // The log is in no root that is asked here.
  assert.equal((await run([...verify, file])).status, 1);
  const wrong = await run(['sign-bundle', '--key', `${prefix}.key`, '--bundle', bundle, file], {
    HOLDFAST_KEY_PASSWORD: 'x',
  });
  assert.equal(wrong.status, 2);
  assert.match(wrong.said, /key-passphrase/);
});

test('keyless is never done with services that nobody named, nor without a token, nor with two signers', async () => {
  const out = ['--bundle', join(scratch, 'none.json'), join(scratch, 'file')];
  const token = ['--identity-token', tokenFor(who)];
  const lines: readonly (readonly string[])[] = [
    token,
    ['--fulcio-url', world.url, '--rekor-url', world.url],
    [...token, '--fulcio-url', world.url],
    [...token, '--key', 'exec:false'],
    ['--identity-token', 'no token', '--fulcio-url', world.url, '--rekor-url', world.url],
  ];
  for (const line of lines) assert.notEqual((await run(['sign-bundle', ...line, ...out])).status, 0, line.join(' '));
  assert.equal(await readFile(join(scratch, 'none.json')).catch(() => 'absent'), 'absent');
});

test('a service that refuses, or is not there, is named; the token is in no message', async () => {
  const token = tokenFor('https://example.com/secret-subject');
  const dead = 'http://127.0.0.1:9';
  const bad = [
    { ...world.services, fulcio: dead },
    { ...world.services, logs: [{ url: dead, version: 1 as const }] },
    { ...world.services, timestampAuthorities: [`${world.url}/nothing`] },
  ];
  for (const services of bad) {
    await assert.rejects(
      signMessage(Buffer.from('x'), { kind: 'keyless', token, services }, signal),
      (error: unknown) => {
        assert.ok(error instanceof HoldfastError && error.code === 'signing-failed');
        assert.ok(!`${error.message} ${error.place ?? ''}`.includes(token.slice(0, 20)));
        return true;
      },
    );
  }
});

test('tokens: by hand, by environment, by GitHub', async () => {
  const token = tokenFor(who);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    if (request.url?.startsWith('/refuse')) response.writeHead(403).end();
    else if (request.url?.startsWith('/else')) response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else if (request.url?.startsWith('/noise')) response.end('no JSON');
    else response.end(JSON.stringify({ value: token }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = (path: string): Record<string, string> => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
  });
  const github = at('/token');
  assert.equal(await identityToken({ token: ` ${token}\n`, environment: github }, signal), token);
  assert.equal(await identityToken({ environment: { ...github, SIGSTORE_ID_TOKEN: token } }, signal), token);
  assert.deepEqual(asked, []);
  assert.equal(await identityToken({ environment: github, audience: 'me' }, signal), token);
  assert.deepEqual(asked, ['/token?api-version=2&audience=me Bearer bearer']);
  assert.equal(await identityToken({ environment: { CI_JOB_JWT_V2: token } }, signal), token);
  for (const environment of [{}, { SIGSTORE_ID_TOKEN: 'x' }, at('/refuse'), at('/else'), at('/noise')]) {
    await assert.rejects(identityToken({ environment }, signal), { code: 'token-missing' });
  }
  server.closeAllConnections();
  server.close();
});

test('signing configurations: what is usable now, and only what they ask for', () => {
  const parse = (change: Record<string, unknown>) =>
    parseSigningConfig(Buffer.from(JSON.stringify({ ...configFor('https://one.example.com'), ...change })), 'test');
  const url = 'https://one.example.com';
  assert.deepEqual(parse({}), { fulcio: url, logs: [{ url, version: 1 }], timestampAuthorities: [url] });
  const service = {
    url: 'https://two.example.com',
    majorApiVersion: 2,
    validFor: { start: '2021-01-01T00:00:00Z' },
    operator: 'b',
  };
  const rekorTlogUrls = [...(configFor(url)['rekorTlogUrls'] as object[]), service];
  assert.deepEqual(parse({ rekorTlogUrls }).logs, [{ url: service.url, version: 2 }]);
  assert.equal(parse({ rekorTlogUrls, rekorTlogConfig: { selector: 'ALL' } }).logs.length, 2);
  const past = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
  assert.deepEqual(
    parse({
      tsaUrls: [
        { ...service, majorApiVersion: 1 },
        { ...service, url, validFor: past, majorApiVersion: 1 },
      ],
    }).timestampAuthorities,
    [service.url],
  );
  assert.deepEqual(parse({ rekorTlogConfig: undefined }).logs, []);
  for (const change of [
    { mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.1+json' },
    { tsaConfig: { selector: 'EXACT', count: 2 } },
    { tsaConfig: { selector: 'SOME' } },
    { tsaUrls: [{ ...service, url: 'no url', majorApiVersion: 1 }] },
    { tsaUrls: [] },
  ]) {
    assert.throws(() => parse(change), { code: 'signing-config-malformed' }, JSON.stringify(change));
  }
});
