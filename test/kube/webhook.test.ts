import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { deploymentKind, deploymentOf, openWorld, patchOf, podOf, reviewOf } from './world.ts';

const other = buildImage({ layers: [{ files: [file('etc/b', 'b')] }] });

test('a signed image is pinned by mutate and admitted by validate; an unsigned one is denied by both', async () => {
  await using world = await openWorld();
  const { name } = world;
  const { digest } = await world.push('good');
  const unsigned = await world.push('bad', other, false);

  const mutated = await world.ask('/mutate', reviewOf(podOf(`${name}:good`)));
  assert.equal(mutated.allowed, true);
  assert.deepEqual(patchOf(mutated), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${name}:good@${digest}` },
  ]);
  const validated = await world.ask('/validate', reviewOf(podOf(`${name}:good@${digest}`)));
  assert.equal(validated.allowed, true);
  assert.match(validated.auditAnnotations?.['decision'] ?? '', /^sha256:[0-9a-f]{64}$/);
  assert.equal(patchOf(validated), undefined);

  for (const [path, image] of [
    ['/mutate', `${name}:bad`],
    ['/validate', `${name}@${unsigned.digest}`],
  ] as const) {
    const denied = await world.ask(path, reviewOf(podOf(image)));
    assert.equal(denied.allowed, false);
    assert.equal(denied.patch, undefined);
    const message = denied.status?.message ?? '';
    assert.match(message, /spec\.containers\[0\]\.image/);
    assert.ok(message.includes(image), message);
    assert.match(message, /signed\/signature: evidence-missing/);
    assert.match(message, /holdfast seal/, 'what to do about it');
  }
});

test('tag moved between check and use: what was judged is what is pinned, and a tag alone is never admitted', async () => {
  await using world = await openWorld();
  const { name } = world;
  const { digest } = await world.push('v1');
  const mutated = await world.ask('/mutate', reviewOf(podOf(`${name}:v1`)));
  const moved = await world.push('v1', other, false);
  assert.notEqual(moved.digest, digest);
  assert.deepEqual(patchOf(mutated), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${name}:v1@${digest}` },
  ]);
  // The pinned pod is judged by its digest, whatever the tag says by now; the tag itself is no answer to what will run.
  assert.equal((await world.ask('/validate', reviewOf(podOf(`${name}:v1@${digest}`)))).allowed, true);
  assert.equal((await world.ask('/validate', reviewOf(podOf(`${name}:v1@${moved.digest}`)))).allowed, false);
  const unpinned = await world.ask('/validate', reviewOf(podOf(`${name}:v1`)));
  assert.equal(unpinned.allowed, false);
});

test('a tag that is good is still no answer to what a pod will run', async () => {
  await using world = await openWorld();
  await world.push('v1');
  const unpinned = await world.ask('/validate', reviewOf(podOf(`${world.name}:v1`)));
  assert.equal(unpinned.allowed, false);
  assert.match(unpinned.status?.message ?? '', /admission-unpinned/);
});

test('templates are judged by what their tag means now and never changed', async () => {
  await using world = await openWorld();
  const { name } = world;
  await world.push('good');
  await world.push('bad', other, false);
  for (const path of ['/validate', '/mutate']) {
    const good = await world.ask(path, reviewOf(deploymentOf(`${name}:good`), {}, deploymentKind));
    assert.equal(good.allowed, true, good.status?.message);
    assert.equal(good.patch, undefined);
    const bad = await world.ask(path, reviewOf(deploymentOf(`${name}:good`, `${name}:bad`), {}, deploymentKind));
    assert.equal(bad.allowed, false);
    assert.match(bad.status?.message ?? '', /spec\.template\.spec\.containers\[1\]\.image/);
  }
});

test('init, sidecar and ephemeral containers and image volumes are judged and pinned like containers', async () => {
  await using world = await openWorld();
  const { name } = world;
  const { digest } = await world.push('good');
  await world.push('bad', other, false);
  const places = {
    initContainers: '/spec/initContainers/0/image',
    ephemeralContainers: '/spec/ephemeralContainers/0/image',
    volumes: '/spec/volumes/1/image/reference',
  };
  const podWith = (list: string, reference: string): object => {
    const pod = podOf(`${name}@${digest}`);
    const entry =
      list === 'volumes'
        ? [
            { name: 'e', emptyDir: {} },
            { name: 'm', image: { reference } },
          ]
        : [{ name: 'x', image: reference, ...(list === 'initContainers' ? { restartPolicy: 'Always' } : {}) }];
    return { ...pod, spec: { ...(pod['spec'] as object), [list]: entry } };
  };
  for (const [list, path] of Object.entries(places)) {
    const good = await world.ask('/mutate', reviewOf(podWith(list, `${name}:good`)));
    assert.deepEqual(patchOf(good), [{ op: 'replace', path, value: `${name}:good@${digest}` }], list);
    const bad = await world.ask('/mutate', reviewOf(podWith(list, `${name}:bad`)));
    assert.equal(bad.allowed, false, list);
    assert.ok(bad.status?.message.includes(`spec.${list}[`), list);
  }
});

test('update: what is new is judged and pinned, what was there stays as it is', async () => {
  await using world = await openWorld();
  const { name } = world;
  const { digest } = await world.push('good');
  await world.push('bad', other, false);
  const before = podOf(`${name}:bad`, `${name}:good`);
  const update = (object: unknown, more: object = {}) =>
    reviewOf(object, { operation: 'UPDATE', oldObject: before, ...more });

  // Labels, finalizers, status: nothing in it is new, so a cluster is not jammed by what it runs already.
  const labelled = { ...before, metadata: { name: 'p', labels: { a: 'b' } } };
  for (const path of ['/validate', '/mutate']) {
    const answer = await world.ask(path, update(labelled));
    assert.equal(answer.allowed, true);
    assert.equal(answer.patch, undefined);
    assert.equal((await world.ask(path, update(before, { subResource: 'status' }))).allowed, true);
  }
  // An ephemeral container comes by the subresource; only it is pinned.
  const debugged = {
    ...before,
    spec: { ...(before['spec'] as object), ephemeralContainers: [{ name: 'debug', image: `${name}:good` }] },
  };
  const answer = await world.ask('/mutate', update(debugged, { subResource: 'ephemeralcontainers' }));
  assert.deepEqual(patchOf(answer), [
    { op: 'replace', path: '/spec/ephemeralContainers/0/image', value: `${name}:good@${digest}` },
  ]);
  // The same image in another container is new there.
  const swapped = await world.ask('/validate', update(podOf(`${name}@${digest}`, `${name}:bad`)));
  assert.equal(swapped.allowed, false);
  // A deletion that is under way is no way in for another image.
  const dying = { name: 'p', deletionTimestamp: '2026-11-24T00:00:00Z', finalizers: [] };
  const changed = { ...podOf(`${name}:bad`, `${name}:bad`), metadata: dying };
  assert.equal((await world.ask('/validate', update(changed))).allowed, false);
  assert.equal((await world.ask('/validate', update({ ...before, metadata: dying }))).allowed, true);
});

test('warn: what policies only warn of is admitted with a warning, and pinned', async () => {
  await using world = await openWorld({ spec: { admission: { mode: 'warn' } } });
  const { name } = world;
  const { digest } = await world.push('bad', other, false);
  const answer = await world.ask('/mutate', reviewOf(podOf(`${name}:bad`)));
  assert.equal(answer.allowed, true);
  assert.match(answer.warnings?.[0] ?? '', /evidence-missing/);
  assert.deepEqual(patchOf(answer), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${name}:bad@${digest}` },
  ]);
  assert.equal((await world.ask('/validate', reviewOf(podOf(`${name}:bad`)))).allowed, true);
});

test('eight containers of one digest, asked for by many at once, cost one verification', async () => {
  await using world = await openWorld();
  const { name, registry } = world;
  const { digest } = await world.push('good');
  const before = registry.requests.length;
  const pod = reviewOf(podOf(...Array.from({ length: 8 }, () => `${name}@${digest}`)));
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.ask('/validate', pod)));
  assert.deepEqual(
    answers.filter(({ allowed }) => !allowed).map(({ status }) => status?.message),
    [],
  );
  const requests = registry.requests.slice(before);
  const manifests = requests.filter(({ url }) => url.endsWith(`/manifests/${digest}`));
  assert.equal(manifests.length, 1);
  assert.equal(requests.filter(({ url }) => url.includes('/referrers/')).length, 1);
  const asked = registry.requests.length;
  assert.equal((await world.ask('/validate', pod)).allowed, true);
  assert.equal(registry.requests.length, asked, 'what is verified is not asked for again');
  assert.match((await world.get('/metrics')).text, /holdfast_verifications_count\{outcome="done"\} 1\n/);
});

test('evidence of another digest: a signature of one image lets no other in', async () => {
  await using world = await openWorld();
  await world.push('good');
  const bad = await world.push('bad', other, false);
  const answer = await world.ask('/validate', reviewOf(podOf(`${world.name}@${bad.digest}`)));
  assert.equal(answer.allowed, false);
});

test('what is no image in a registry is denied, and nobody looks at local files for it', async () => {
  const opened: string[] = [];
  await using world = await openWorld({
    open: async (asked) => {
      opened.push(asked.repository);
      throw new Error('it was opened');
    },
  });
  const names = [
    'oci:1',
    'oci:/etc',
    'oci-archive:/etc/passwd',
    'docker-archive:x',
    'dir:/',
    'containerd:x',
    'a b',
    ' nginx',
    'Upper/case',
    'http://example.com/x',
    '../x',
    'nginx@',
    'nginx@sha256:zz',
    `nginx@sha512:${'a'.repeat(128)}`,
    `nginx@sha256:${'A'.repeat(64)}`,
    'nginx:',
    'nginx:a b',
    'example.com:99999999/x',
    'xn--\u0000',
    '\ud800',
  ];
  for (const name of names) {
    for (const path of ['/mutate', '/validate']) {
      const answer = await world.ask(path, reviewOf(podOf(name)));
      assert.equal(answer.allowed, false, name);
      assert.match(answer.status?.message ?? '', /source-malformed/, name);
    }
  }
  assert.deepEqual(opened, []);
  // Short names are Docker Hub's, also by its other name.
  for (const [name, repository] of [
    ['nginx:1', 'library/nginx'],
    ['index.docker.io/library/nginx', 'library/nginx'],
  ] as const) {
    await world.ask('/mutate', reviewOf(podOf(name)));
    assert.equal(opened.pop(), repository);
  }
});
