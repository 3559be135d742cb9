import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type RegistryOptions, readBlob } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { failureOf, openAt, reply } from '../support/registry/open.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const secret = 'hunter2-secret';
const basic = `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`;
const password = { kind: 'password', username: 'user', password: secret } as const;

const scratch = await mkdtemp(join(tmpdir(), 'holdfast-credentials-'));
after(() => rm(scratch, { recursive: true }));
let configs = 0;

/** Options that take credentials from a config.json of this content. */
async function configured(config: unknown, helpers: Readonly<Record<string, string>> = {}): Promise<RegistryOptions> {
  const directory = join(scratch, String(++configs));
  await mkdir(directory);
  await writeFile(join(directory, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  for (const [name, script] of Object.entries(helpers)) {
    await writeFile(join(directory, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, `docker-credential-${name}`), 0o755);
  }
  return { environment: { DOCKER_CONFIG: directory, PATH: `${directory}:${process.env['PATH']}` } };
}

const auth = Buffer.from(`user:${secret}`).toString('base64');

/** As `openAt`, but with the configuration's credentials. */
async function opened(host: string, options: RegistryOptions) {
  const { openRepository } = await import('../../src/oci/index.ts');
  return await openRepository(
    { kind: 'registry', host, repository: 'a/b', reference: 'latest' },
    { ...options, signal },
  );
}

async function filled(): Promise<TestRegistry> {
  const registry = await testRegistry();
  await using repository = await openAt(registry.host);
  await pushImage(repository, image, 'latest');
  return registry;
}

function wantsBasic(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.headers.authorization === basic) return false;
  return reply(response, 401, { 'www-authenticate': 'Basic realm="here"' });
}

const secretsSeen = (registry: TestRegistry): readonly (string | undefined)[] =>
  registry.requests.map((one) => one.authorization).filter((one) => one !== undefined);

describe('basic auth', () => {
  it('is sent once it is asked for, and from then on at once', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    await using repository = await openAt(registry.host, { credentials: password });
    const before = registry.requests.length;
    await repository.resolve('latest', signal);
    await repository.tags(signal);
    const seen = registry.requests.slice(before).map((one) => one.authorization);
    assert.deepEqual(seen, [undefined, basic, basic]);
  });

  it('that is wrong ends as unauthorized, and the secret is in no message', async () => {
    await using registry = await filled();
    registry.intercept = (_request, response) =>
      reply(response, 401, { 'www-authenticate': 'Basic realm="here"' }, '{"errors":[{"code":"UNAUTHORIZED"}]}');
    await using repository = await openAt(registry.host, { credentials: password });
    const error = await failureOf(repository.resolve('latest', signal));
    assert.match(inspect(error), /registry-unauthorized/);
    assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes(secret));
    assert.ok(!inspect(repository, { depth: 20, showHidden: true }).includes(secret));
  });

  it('anonymous stays anonymous', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    await using repository = await openAt(registry.host);
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unauthorized');
    assert.deepEqual(secretsSeen(registry), []);
  });
});

/** A registry behind a token server of its own, as most are. */
async function behindTokens(answer: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const registry = await filled();
  const tokens = await testRegistry();
  tokens.intercept = answer;
  registry.intercept = (request, response) => {
    if (request.headers.authorization === 'Bearer good') return false;
    const realm = `http://${tokens.host}/token`;
    return reply(response, 401, {
      'www-authenticate': `Bearer realm="${realm}",service="svc",scope="repository:a/b:pull"`,
    });
  };
  return {
    registry,
    tokens,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}

describe('bearer tokens', () => {
  it('are fetched with service and scope, once for many requests', async () => {
    await using here = await behindTokens((_request, response) => reply(response, 200, {}, '{"token":"good"}'));
    await using repository = await openAt(here.registry.host, { credentials: password });
    await Promise.all(Array.from({ length: 8 }, () => repository.resolve('latest', signal)));
    await repository.tags(signal);
    assert.equal(here.tokens.requests.length, 1);
    const [asked] = here.tokens.requests;
    assert.equal(asked?.authorization, basic);
    const query = new URL(asked?.url ?? '', 'http://x').searchParams;
    assert.equal(query.get('service'), 'svc');
    assert.deepEqual(query.getAll('scope'), ['repository:a/b:pull']);
    // The password went to the token server alone.
    assert.ok(!secretsSeen(here.registry).includes(basic));
  });

  it('are fetched anonymously without credentials', async () => {
    await using here = await behindTokens((_request, response) => reply(response, 200, {}, '{"access_token":"good"}'));
    await using repository = await openAt(here.registry.host);
    await repository.resolve('latest', signal);
    assert.equal(here.tokens.requests[0]?.authorization, undefined);
  });

  it('an identity token is changed into a token by POST', async () => {
    let body = '';
    await using here = await behindTokens((request, response) => {
      request.on('data', (part: Buffer) => {
        body += part.toString();
      });
      request.on('end', () => reply(response, 200, {}, '{"access_token":"good"}'));
      return true;
    });
    await using repository = await openAt(here.registry.host, { credentials: { kind: 'identity', token: secret } });
    await repository.resolve('latest', signal);
    const fields = new URLSearchParams(body);
    assert.equal(fields.get('grant_type'), 'refresh_token');
    assert.equal(fields.get('refresh_token'), secret);
    assert.equal(here.tokens.requests[0]?.url, '/token');
  });

  it('one that has run out is fetched anew', async () => {
    let good = 'good';
    await using here = await behindTokens((_request, response) =>
      reply(response, 200, {}, JSON.stringify({ token: good })),
    );
    await using repository = await openAt(here.registry.host);
    await repository.resolve('latest', signal);
    const first = here.registry.intercept;
    here.registry.intercept = (request, response) => {
      if (request.headers.authorization === 'Bearer better') return false;
      request.headers.authorization = 'none';
      return first?.(request, response) ?? false;
    };
    good = 'better';
    await repository.tags(signal);
    assert.equal(here.tokens.requests.length, 2);
  });

  it('a token server that refuses, lies or floods: no token, and no secret in the message', async () => {
    const cases: readonly (readonly [string, (request: IncomingMessage, response: ServerResponse) => boolean])[] = [
      ['registry-unauthorized', (_q, response) => reply(response, 401, {}, `{"details":"${secret}"}`)],
      ['registry-unauthorized', (_q, response) => reply(response, 404, {})],
      ['registry-malformed', (_q, response) => reply(response, 200, {}, `"${secret}"`)],
      ['registry-malformed', (_q, response) => reply(response, 200, {}, '{}')],
      ['registry-malformed', (_q, response) => reply(response, 200, {}, '{"token":"a\\nb: c"}')],
      ['registry-limit', (_q, response) => reply(response, 200, {}, Buffer.alloc(1 << 20, ' '))],
      ['registry-malformed', (_q, response) => reply(response, 200, {}, '['.repeat(10_000))],
    ];
    for (const [code, answer] of cases) {
      await using here = await behindTokens(answer);
      await using repository = await openAt(here.registry.host, { credentials: password });
      const error = await failureOf(repository.resolve('latest', signal));
      assert.equal((error as Error & { code?: string }).code, code);
      assert.ok(!inspect(error, { depth: 20 }).includes(secret));
    }
  });

  it('no credentials to a realm that is no web address or holds a password', async () => {
    await using registry = await filled();
    for (const realm of ['file:///etc/shadow', 'http://u:p@127.0.0.1:1/', 'nowhere', '']) {
      registry.intercept = (_request, response) =>
        reply(response, 401, { 'www-authenticate': `Bearer realm="${realm}"` });
      await using repository = await openAt(registry.host, { credentials: password });
      assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-malformed', realm);
    }
  });

  it('no credentials to a realm in the clear on another host', async () => {
    await using registry = await filled();
    registry.intercept = (_request, response) =>
      reply(response, 401, { 'www-authenticate': 'Bearer realm="http://tokens.example/token"' });
    await using repository = await openAt(registry.host, { credentials: password });
    const error = await failureOf(repository.resolve('latest', signal));
    assert.match(error.message, /without TLS/);
  });
});

describe('redirects', () => {
  it('credentials are not sent to another origin, nor after coming back from it', async () => {
    await using registry = await filled();
    await using storage = await testRegistry();
    const layer = image.layers[0]?.digest ?? '';
    const bytes = image.blobs.get(image.layers[0]?.digest ?? image.configDigest) ?? Buffer.alloc(0);
    registry.intercept = (request, response) => {
      if (request.url?.startsWith('/back') === true) return reply(response, 200, {}, bytes);
      if (wantsBasic(request, response)) return true;
      if (request.url?.includes(layer) !== true) return false;
      return reply(response, 307, { location: `http://${storage.host}/elsewhere?signature=1` });
    };
    storage.intercept = (_request, response) => reply(response, 307, { location: `http://${registry.host}/back` });
    await using repository = await openAt(registry.host, { credentials: password });
    const blob = { digest: image.layers[0]?.digest ?? image.configDigest, size: bytes.length };
    assert.deepEqual(await readBlob(repository, blob, { signal, bound: 1 << 20, place: 'layer' }), bytes);
    assert.deepEqual(secretsSeen(storage), []);
    assert.equal(storage.requests.length, 1);
    assert.equal(registry.requests.find((one) => one.url === '/back')?.authorization, undefined);
  });

  it('a 401 of whoever a redirect leads to is answered with nothing', async () => {
    await using registry = await filled();
    await using stranger = await testRegistry();
    registry.intercept = (request, response) =>
      request.url?.includes('/manifests/') === true &&
      reply(response, 307, { location: `http://${stranger.host}/v2/a/b/manifests/latest` });
    stranger.intercept = (_request, response) => reply(response, 401, { 'www-authenticate': 'Basic realm="me"' });
    await using repository = await openAt(registry.host, { credentials: password });
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unauthorized');
    assert.deepEqual([...secretsSeen(stranger), ...secretsSeen(registry)], []);
  });

  it('an upload that goes elsewhere goes without credentials', async () => {
    await using registry = await testRegistry();
    await using storage = await testRegistry();
    registry.intercept = (request, response) => {
      if (wantsBasic(request, response)) return true;
      if (request.method !== 'POST') return false;
      return reply(response, 202, { location: `http://${storage.host}/put` });
    };
    storage.intercept = (request, response) => {
      request.resume();
      request.on('end', () => reply(response, 201, {}));
      return true;
    };
    await using repository = await openAt(registry.host, { credentials: password });
    const bytes = Buffer.from('bytes');
    const { digestOf } = await import('../../src/oci/index.ts');
    assert.equal(await repository.pushBlob({ digest: digestOf(bytes), size: bytes.length }, bytes, signal), 'pushed');
    assert.equal(storage.requests.length, 1);
    assert.deepEqual(secretsSeen(storage), []);
  });
});

/** A helper that has these credentials for whatever it is asked. */
const writes = (user: string, pass: string): string =>
  `read server; printf '{"ServerURL":"%s","Username":"${user}","Secret":"${pass}"}' "$server"`;

describe('Docker’s configuration', () => {
  it('credential to a look-alike host: only the whole host with its port counts', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    const port = Number(registry.host.split(':')[1]);
    const auths = Object.fromEntries(
      [
        '127.0.0.1',
        `127.0.0.1:${port + 1}`,
        `127.0.0.1:${port}0`,
        `localhost:${port}`,
        `127.0.0.1:${port}.example`,
        `example.127.0.0.1:${port}`,
        `https://127.0.0.1:${port}/v2/other`,
        `https://127.0.0.1:${port}@example`,
        'https://index.docker.io/v1/',
        '*',
        '',
      ].map((host) => [host, { auth }]),
    );
    await using repository = await opened(registry.host, await configured({ auths }));
    assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unauthorized');
    assert.deepEqual(secretsSeen(registry), []);
  });

  for (const form of ['HOST', 'https://HOST', 'https://HOST/', 'https://HOST/v1/', 'https://HOST/v2/']) {
    it(`auths of ${form}`, async () => {
      await using registry = await filled();
      registry.intercept = wantsBasic;
      const config = await configured({ auths: { [form.replace('HOST', registry.host)]: { auth } } });
      await using repository = await opened(registry.host, config);
      await repository.resolve('latest', signal);
    });
  }

  it('a helper for this host comes before the helper for all, that before the file', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    const config = await configured(
      {
        credHelpers: { [registry.host]: 'own' },
        credsStore: 'all',
        auths: { [registry.host]: { auth: Buffer.from('file:file').toString('base64') } },
      },
      { own: writes('user', secret), all: writes('all', 'all') },
    );
    await using repository = await opened(registry.host, config);
    await repository.resolve('latest', signal);
  });

  it('a helper that has nothing leaves the word to the file', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    const config = await configured(
      { credsStore: 'all', auths: { [registry.host]: { auth } } },
      { all: 'echo credentials not found in native keychain; exit 1' },
    );
    await using repository = await opened(registry.host, config);
    await repository.resolve('latest', signal);
  });

  it('a helper that fails, floods, says nonsense or is not there: an error without what it wrote', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    for (const [name, script] of [
      ['fails', `echo ${secret}; exit 3`],
      ['floods', 'yes'],
      ['nonsense', `echo ${secret}`],
      ['killed', 'kill -9 $$'],
      ['absent', undefined],
      ['../../bin/sh', undefined],
    ] as const) {
      const config = await configured({ credsStore: name }, script === undefined ? {} : { [name]: script });
      await using repository = await opened(registry.host, config);
      const error = await failureOf(repository.resolve('latest', signal));
      assert.equal((error as Error & { code?: string }).code, 'credential-helper-failed', name);
      assert.ok(!inspect(error, { depth: 20 }).includes(secret));
    }
  });

  it('a helper that hangs ends with the caller', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    await using repository = await opened(
      registry.host,
      await configured({ credsStore: 'hangs' }, { hangs: 'sleep 60' }),
    );
    const reason = new Error('deadline');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    await assert.rejects(repository.resolve('latest', controller.signal), (error) => error === reason);
  });

  it('a file that is malformed is an error that does not quote it', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    for (const config of [
      `{"auths":{"x":{"auth":"${secret}"`,
      `"${secret}"`,
      { auths: { [registry.host]: { auth: 'bm9jb2xvbg==' } } },
      { auths: { [registry.host]: 'text' } },
      { auths: [] },
      { credsStore: 5 },
    ]) {
      await using repository = await opened(registry.host, await configured(config));
      const error = await failureOf(repository.resolve('latest', signal));
      assert.equal((error as Error & { code?: string }).code, 'docker-config-malformed', JSON.stringify(config));
      assert.ok(!inspect(error, { depth: 20 }).includes(secret));
    }
  });

  it('no file, and no word on this host: anonymous', async () => {
    await using registry = await filled();
    registry.intercept = wantsBasic;
    for (const options of [
      { environment: { DOCKER_CONFIG: join(scratch, 'nowhere') } },
      await configured({}),
      await configured({ auths: { [registry.host]: {} } }),
    ]) {
      await using repository = await opened(registry.host, options);
      assert.equal(await codeOf(repository.resolve('latest', signal)), 'registry-unauthorized');
    }
    assert.deepEqual(secretsSeen(registry), []);
  });
});
