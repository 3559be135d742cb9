import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { reply } from '../support/registry/open.ts';
import { openWorld, patchOf, podOf, type ReviewAnswer, reviewOf, type World } from './world.ts';

const other = buildImage({ layers: [{ files: [file('etc/b', 'b')] }] });
/** Nothing is remembered of a failure, so that each question is asked anew. */
const times = { failureMs: 0 };

/** Asks until the answer is another one: what goes on behind an answer ends when it ends. */
async function until(ask: () => Promise<ReviewAnswer>, done: (answer: ReviewAnswer) => boolean): Promise<ReviewAnswer> {
  for (let round = 0; round < 200; round++) {
    const answer = await ask();
    if (done(answer)) return answer;
    await sleep(25);
  }
  throw new Error('it never changed');
}

function messageOf(answer: ReviewAnswer): string {
  return answer.status?.message ?? '';
}

async function validate(world: World, reference: string, path = '/validate'): Promise<ReviewAnswer> {
  return await world.ask(path, reviewOf(podOf(reference)));
}

test('black-holed registry: an answer comes all the same, a no with retry, and the yes is there once the registry is', async () => {
  await using world = await openWorld({ deadlineMillis: 400, times });
  const { digest } = await world.push('good');
  const held: (() => void)[] = [];
  // Never answered before the test says so: an answer of the webhook can't have waited for it.
  world.registry.intercept = () =>
    new Promise((resolve) => {
      held.push(() => resolve(false));
    });
  for (const [path, reference] of [
    ['/validate', `${world.name}@${digest}`],
    ['/mutate', `${world.name}:good`],
  ] as const) {
    const answer = await validate(world, reference, path);
    assert.equal(answer.allowed, false);
    assert.match(messageOf(answer), /^retry: /);
    assert.equal(answer.status?.code, 503);
    assert.equal(answer.status?.details?.retryAfterSeconds, 1, 'clients of the API server ask again by themselves');
  }
  world.registry.intercept = undefined;
  for (const release of held) release();
  const answer = await until(
    () => validate(world, `${world.name}@${digest}`),
    ({ allowed }) => allowed,
  );
  assert.equal(answer.allowed, true);
});

test('slow registry: who asked first is told to ask again, the work goes on and is done once', async () => {
  await using world = await openWorld({ deadlineMillis: 300, times });
  const { digest } = await world.push('good');
  const { promise, resolve } = Promise.withResolvers<void>();
  world.registry.intercept = async () => {
    await promise;
    return false;
  };
  const before = world.registry.requests.length;
  const first = await validate(world, `${world.name}@${digest}`);
  assert.match(messageOf(first), /^retry: .*verification-pending/);
  const pending = world.registry.requests.length - before;
  await validate(world, `${world.name}@${digest}`);
  assert.equal(world.registry.requests.length - before, pending, 'asking again begins nothing anew');
  resolve();
  await until(
    () => validate(world, `${world.name}@${digest}`),
    ({ allowed }) => allowed,
  );
  const fetched = world.registry.requests.slice(before).filter(({ url }) => url.endsWith(`/manifests/${digest}`));
  assert.equal(fetched.length, 1);
});

test('429-ing registry: a no with retry until it gives in', async () => {
  await using world = await openWorld({ deadlineMillis: 3000, times });
  const { digest } = await world.push('good');
  world.registry.intercept = (_request, response) => reply(response, 429, { 'retry-after': '3600' });
  const answer = await validate(world, `${world.name}@${digest}`);
  assert.equal(answer.allowed, false);
  assert.match(messageOf(answer), /^retry: .*registry-throttled/);
  world.registry.intercept = undefined;
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
});

test('lying registry: other bytes for a digest, a body without end, no JSON, a page of a proxy', async () => {
  await using world = await openWorld({ deadlineMillis: 3000, times });
  const { digest } = await world.push('good');
  const bad = await world.push('bad', other, false);
  const lies: Readonly<Record<string, { readonly body: string; readonly type: string; readonly expect: RegExp }>> = {
    'other bytes': {
      body: JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' }),
      type: 'application/vnd.oci.image.manifest.v1+json',
      expect: /digest-mismatch/,
    },
    'a page': { body: '<html>', type: 'text/html', expect: /registry-malformed|digest-mismatch|oci-malformed/ },
    endless: {
      body: ' '.repeat(5 << 20),
      type: 'application/vnd.oci.image.manifest.v1+json',
      expect: /registry-limit/,
    },
  };
  for (const [name, { body, type, expect }] of Object.entries(lies)) {
    world.registry.intercept = (request, response) =>
      request.url?.includes('/manifests/sha256:') === true && reply(response, 200, { 'content-type': type }, body);
    const answer = await validate(world, `${world.name}@${bad.digest}`);
    assert.equal(answer.allowed, false, name);
    assert.match(messageOf(answer), expect, name);
  }
  world.registry.intercept = undefined;
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
});

test('a registry that answers verifier and puller differently: the pod gets the digest that was judged', async () => {
  await using world = await openWorld({ times: { ...times, tag: { fresh: 0, usable: 0 } } });
  const good = await world.push('v1');
  const bad = await world.push('evil', other, false);
  let calls = 0;
  // The first to ask for the tag gets the signed image, everyone after it the other.
  world.registry.intercept = (request) => {
    if (request.url?.endsWith('/manifests/v1') === true && calls++ > 0)
      request.url = request.url.replace(/v1$/, 'evil');
    return false;
  };
  const pinned = await validate(world, `${world.name}:v1`, '/mutate');
  assert.deepEqual(patchOf(pinned), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${world.name}:v1@${good.digest}` },
  ]);
  assert.equal((await validate(world, `${world.name}:v1`, '/mutate')).allowed, false);
  assert.equal((await validate(world, `${world.name}:v1@${bad.digest}`)).allowed, false);
});

test('a registry that hangs holds up no image of another', async () => {
  await using world = await openWorld({ deadlineMillis: 2000, times });
  await using hanging = await openWorld();
  const { digest } = await world.push('good');
  hanging.registry.intercept = () => new Promise(() => {});
  const stuck = Array.from({ length: 40 }, (_, at) =>
    world.ask('/mutate', reviewOf(podOf(`${hanging.registry.host}/apps/app-${at}:v1`))),
  );
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
  for (const answer of await Promise.all(stuck)) {
    assert.equal(answer.allowed, false);
    assert.match(messageOf(answer), /^retry: /);
  }
});

test('once verified, an image named by digest needs no registry', async () => {
  await using world = await openWorld({
    times: { ...times, allowed: { fresh: 0, usable: 0 }, evidence: { fresh: 0, usable: 3_600_000 } },
  });
  const { digest } = await world.push('good');
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
  world.registry.intercept = (_request, response) => {
    response.destroy();
    return true;
  };
  for (let round = 0; round < 3; round++) {
    assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
  }
  const unknown = await validate(world, `${world.name}:good`, '/mutate');
  assert.equal(unknown.allowed, false, 'what a tag means now is the registry’s to say');
});

test('what was missing and is attached later is seen without a restart', async () => {
  await using world = await openWorld({ times: { ...times, denied: { fresh: 0, usable: 0 } } });
  const { digest } = await world.push('late', other, false);
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, false);
  await world.push('late', other, true);
  assert.equal((await validate(world, `${world.name}@${digest}`)).allowed, true);
});
