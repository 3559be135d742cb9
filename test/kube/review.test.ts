import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AdmitOptions, admit, parseReview, responseBytes } from '../../src/kube/index.ts';
import type { Decision, Judged } from '../../src/policy/index.ts';
import { answerIn, deploymentKind, deploymentOf, podKind, podOf, podSpec, reviewOf } from './world.ts';

const { signal } = new AbortController();
const digest = `sha256:${'a'.repeat(64)}` as const;

/** Admits every image, so that only what is wrong with a request can be the reason of a no; keeps what it was asked. */
function yes(asked: string[] = []): AdmitOptions {
  const decision = { id: digest, result: 'allow', mode: 'enforce', checks: [], policies: [] } as unknown as Decision;
  const judged = {
    kind: 'judged',
    digest,
    decisions: [decision],
    result: 'allow',
    admitted: true,
  } as unknown as Judged;
  return {
    unpinned: 'warn',
    judge: {
      judge: async (reference) => {
        asked.push(reference);
        return judged;
      },
      known: () => undefined,
    },
  };
}

async function answered(body: string | object, asked: string[] = [], route: 'validate' | 'mutate' = 'validate') {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const parsed = parseReview(bytes);
  if (parsed.kind === 'malformed')
    return { allowed: false, reason: 'malformed', uid: parsed.uid, message: parsed.message, patch: [] };
  const verdict = await admit(parsed.request, route, yes(asked), signal);
  return { ...verdict, uid: parsed.request.uid };
}

const uid = '0c3331b6-1812-11ea-b3fc-02897404852e';

function changed(more: object): object {
  return reviewOf(podOf('a/b'), { uid, ...more });
}

describe('what is no review is answered with no', () => {
  const good = JSON.stringify(changed({}));
  const cases: Readonly<Record<string, string | object>> = {
    nothing: '',
    null: 'null',
    'a list': '[]',
    'a text': '"AdmissionReview"',
    'no JSON': '{',
    'not UTF-8': '\u{fffd}{',
    'two documents': `${good}${good}`,
    'no request': { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
    'request is null': { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: null },
    'request is a list': { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: [] },
    'another kind': { ...changed({}), kind: 'Pod' },
    'no kind': { ...changed({}), kind: undefined },
    'a later version': { ...changed({}), apiVersion: 'admission.k8s.io/v2' },
    'no version': { ...changed({}), apiVersion: undefined },
    'no uid': changed({ uid: undefined }),
    'uid is null': changed({ uid: null }),
    'uid is empty': changed({ uid: '' }),
    'uid is a number': changed({ uid: 7 }),
    'uid with a line': changed({ uid: `${uid}\n` }),
    'uid too long': changed({ uid: 'a'.repeat(65) }),
    'no operation': changed({ operation: undefined }),
    'an operation nobody knows': changed({ operation: 'PATCH' }),
    'an operation in small letters': changed({ operation: 'create' }),
    'no request.kind': changed({ kind: undefined }),
    'an empty request.kind': changed({ kind: {} }),
    'request.kind is a text': changed({ kind: 'Pod' }),
    'no object': changed({ object: undefined }),
    'object is null': changed({ object: null }),
    'object is a text': changed({ object: 'x' }),
    'object is a list': changed({ object: [] }),
    'object of another kind': changed({ object: { ...podOf('a/b'), kind: 'Role' } }),
    'a role that is a pod': changed({ kind: { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role' } }),
    'dryRun is a text': changed({ dryRun: 'true' }),
    'update without oldObject': changed({ operation: 'UPDATE' }),
    'update of something else': changed({ operation: 'UPDATE', oldObject: deploymentOf('a/b') }),
    'update of what has no shape': changed({ operation: 'UPDATE', oldObject: {} }),
    'a key twice': good.replace('"operation":"CREATE"', '"operation":"DELETE","operation":"CREATE"'),
    'a key twice, once escaped': good.replace(
      '"operation":"CREATE"',
      '"operation":"CREATE","\\u006fperation":"DELETE"',
    ),
    'a key twice in the object': good.replace('"containers":', '"containers":[{"name":"x","image":"y"}],"containers":'),
    'too deep': good.replace('"metadata":', `"x":${'['.repeat(200)}${']'.repeat(200)},"metadata":`),
  };
  for (const [name, body] of Object.entries(cases)) {
    test(name, async () => {
      const answer = await answered(body);
      assert.equal(answer.allowed, false);
      assert.equal(answer.reason, 'malformed');
      assert.ok(answer.uid === uid || answer.uid === '');
      assert.deepEqual(answer.patch, []);
    });
  }
  test('the good one is good', async () => {
    assert.deepEqual(parseReview(Buffer.from(good)).kind, 'request');
    assert.equal((await answered(good)).allowed, true);
    assert.equal((await answered({ ...changed({}), apiVersion: 'admission.k8s.io/v1beta1' })).allowed, true);
  });
});

describe('a pod specification without its shape is no pod without images', () => {
  const specs: Readonly<Record<string, unknown>> = {
    missing: undefined,
    null: null,
    'a list': [],
    'without containers': {},
    'containers are null': { containers: null },
    'no container': { containers: [] },
    'containers are an object': { containers: { name: 'a', image: 'b' } },
    'a container is null': { containers: [null] },
    'a container is a text': { containers: ['image'] },
    'no image': { containers: [{ name: 'a' }] },
    'image is null': { containers: [{ name: 'a', image: null }] },
    'image is empty': { containers: [{ name: 'a', image: '' }] },
    'image is a list': { containers: [{ name: 'a', image: ['b'] }] },
    'image too long': podSpec('a'.repeat(2000)),
    'init containers are a text': { ...podSpec('a'), initContainers: 'x' },
    'an init container without image': { ...podSpec('a'), initContainers: [{ name: 'i' }] },
    'an ephemeral container without image': { ...podSpec('a'), ephemeralContainers: [{ name: 'i' }] },
    'volumes are an object': { ...podSpec('a'), volumes: {} },
    'an image volume without image': { ...podSpec('a'), volumes: [{ name: 'v', image: {} }] },
    'an image volume that is a text': { ...podSpec('a'), volumes: [{ name: 'v', image: 'x' }] },
    'thousands of containers': podSpec(...Array.from({ length: 300 }, () => 'a')),
  };
  for (const [name, spec] of Object.entries(specs)) {
    test(name, async () => {
      const pod = await answered(reviewOf({ ...podOf('a'), spec }));
      assert.equal(pod.allowed, false);
      assert.equal(pod.reason, 'malformed');
      const template = { ...deploymentOf('a'), spec: { template: { spec } } };
      assert.equal((await answered(reviewOf(template, {}, deploymentKind))).allowed, false);
    });
  }
  test('lists that Go writes as null are empty', async () => {
    const spec = { ...podSpec('a'), volumes: null, initContainers: null, ephemeralContainers: null };
    assert.equal((await answered(reviewOf({ ...podOf('a'), spec }))).allowed, true);
  });
});

const inTemplate = (spec: unknown): object => ({ spec: { template: { spec } } });

describe('every kind', () => {
  const kinds: readonly (readonly [string, string, (spec: unknown) => object])[] = [
    ['', 'Pod', (spec) => ({ spec })],
    ['', 'ReplicationController', inTemplate],
    ['', 'PodTemplate', (spec) => ({ template: { spec } })],
    ['apps', 'Deployment', inTemplate],
    ['apps', 'ReplicaSet', inTemplate],
    ['apps', 'StatefulSet', inTemplate],
    ['apps', 'DaemonSet', inTemplate],
    ['extensions', 'Deployment', inTemplate],
    ['batch', 'Job', inTemplate],
    ['batch', 'CronJob', (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
  ];
  for (const [group, kind, object] of kinds) {
    test(`${group}/${kind}: all its images are judged, and only a pod is changed`, async () => {
      const spec = {
        ...podSpec('main'),
        initContainers: [
          { name: 'i', image: 'init' },
          { name: 's', image: 'sidecar', restartPolicy: 'Always' },
        ],
        ephemeralContainers: [{ name: 'e', image: 'ephemeral' }],
        volumes: [{ name: 'v', image: { reference: 'volume' } }],
      };
      const asked: string[] = [];
      const answer = await answered(reviewOf(object(spec), {}, { group, version: 'v1', kind }), asked, 'mutate');
      assert.equal(answer.allowed, true);
      assert.deepEqual(asked.sort(), ['ephemeral', 'init', 'main', 'sidecar', 'volume']);
      assert.equal(answer.patch.length, kind === 'Pod' ? 5 : 0);
    });
  }

  const podless = [
    '/Service',
    '/ConfigMap',
    '/Binding',
    'rbac.authorization.k8s.io/Role',
    'policy/Eviction',
    'autoscaling/Scale',
  ];
  for (const name of podless) {
    test(`${name} holds no pods and is let through`, async () => {
      const [group = '', kind = ''] = name.split('/');
      const answer = await answered(reviewOf({ kind }, {}, { group, version: 'v1', kind }));
      assert.deepEqual([answer.allowed, answer.reason], [true, 'no-pods']);
    });
  }
  for (const name of [
    '/Frobnicator',
    'apps/Rollout',
    'argoproj.io/Rollout',
    'batch.x-k8s.io/Job',
    'k8s.io/Pod',
    '/constructor',
    '__proto__/Pod',
  ]) {
    test(`${name}: nobody knows it, so it is no yes`, async () => {
      const [group = '', kind = ''] = name.split('/');
      const answer = await answered(reviewOf({ kind }, {}, { group, version: 'v1', kind }));
      assert.deepEqual([answer.allowed, answer.reason], [false, 'kind-unknown']);
      assert.match(answer.message, /rules of the webhook/);
    });
  }
  test('what starts nothing is let through', async () => {
    for (const operation of ['DELETE', 'CONNECT']) {
      const answer = await answered(changed({ operation, object: null, oldObject: podOf('a') }));
      assert.deepEqual([answer.allowed, answer.reason], [true, 'nothing-starts']);
    }
  });
});

test('mirror pods are judged and never changed: the node runs its own file', async () => {
  const mirror = { ...podOf('a'), metadata: { name: 'm', annotations: { 'kubernetes.io/config.mirror': 'x' } } };
  const asked: string[] = [];
  const answer = await answered(reviewOf(mirror), asked, 'mutate');
  assert.deepEqual([answer.allowed, answer.patch, asked], [true, [], ['a']]);
});

describe('properties', () => {
  const json = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          kind: fc.constantFrom('AdmissionReview', 'Pod', null),
          apiVersion: fc.constantFrom('admission.k8s.io/v1', 'admission.k8s.io/v1beta1', 'v1', null),
          request: fc.oneof(
            fc.jsonValue(),
            fc.record(
              {
                uid: fc.oneof(fc.uuid(), fc.jsonValue()),
                operation: fc.oneof(fc.constantFrom('CREATE', 'UPDATE', 'DELETE', 'CONNECT'), fc.jsonValue()),
                kind: fc.oneof(fc.constant(podKind), fc.constant(deploymentKind), fc.jsonValue()),
                object: fc.oneof(fc.constant(podOf('a')), fc.constant(deploymentOf('a')), fc.jsonValue()),
                oldObject: fc.oneof(fc.constant(podOf('a')), fc.jsonValue()),
                dryRun: fc.oneof(fc.boolean(), fc.jsonValue()),
              },
              { requiredKeys: [] },
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    },
  );

  test('any JSON gets a well-formed answer, and a yes only to what is whole', async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.constantFrom('validate', 'mutate'), async (body, route) => {
        const parsed = parseReview(Buffer.from(JSON.stringify(body)));
        const version = parsed.kind === 'request' ? parsed.request.version : parsed.version;
        const verdict = parsed.kind === 'request' ? await admit(parsed.request, route, yes(), signal) : undefined;
        const fields = { message: '', code: 400, retry: false, warnings: [], annotations: {}, patch: [] };
        const sentUid = parsed.kind === 'request' ? parsed.request.uid : parsed.uid;
        const bytes = responseBytes(version, sentUid, { ...fields, ...verdict, allowed: verdict?.allowed ?? false });
        const answer = answerIn(bytes.toString(), version);
        if (!answer.allowed) {
          assert.ok((answer.status?.code ?? 0) >= 400);
          return;
        }
        const { request } = body as { request: { uid: unknown; object: unknown; operation: string } };
        assert.equal(answer.uid, request.uid);
        if (request.operation === 'CREATE' && verdict?.reason !== 'no-pods') {
          const { spec } = request.object as { spec: { containers?: unknown[]; template?: unknown } };
          assert.ok(Array.isArray(spec.containers) || spec.template !== undefined);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('bytes of any kind never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.equal(parseReview(bytes).kind, 'malformed');
      }),
    );
  });

  test('a review with one value changed is never a yes to fewer images than it holds', async () => {
    const base = JSON.stringify(
      reviewOf({ ...podOf('a', 'b'), spec: { ...podSpec('a', 'b'), initContainers: [{ name: 'i', image: 'c' }] } }),
    );
    const tokens = [...base.matchAll(/"(?:[^"\\]|\\.)*"|null|true|false|[{}[\],:]/g)];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(tokens.length - 1),
        fc.constantFrom('null', '[]', '{}', '"x"', '7', 'true', ''),
        async (at, value) => {
          const token = tokens[at];
          if (token === undefined) return;
          const asked: string[] = [];
          const answer = await answered(
            base.slice(0, token.index) + value + base.slice(token.index + token[0].length),
            asked,
          );
          if (!answer.allowed) return;
          // A key that was renamed may take its list with it, as it would for the API server; then it names no image.
          const left = (
            JSON.parse(base.slice(0, token.index) + value + base.slice(token.index + token[0].length)) as {
              request: { operation: string; object: { spec?: Record<string, unknown> }; kind: { kind: string } };
            }
          ).request;
          if (answer.reason !== 'images-admitted') assert.notEqual(`${left.operation} ${left.kind.kind}`, 'CREATE Pod');
          else assert.equal(asked.length >= (left.object.spec?.['initContainers'] === undefined ? 2 : 3), true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('answers: one line, bounded, no control characters, whatever images are called', () => {
  const bytes = responseBytes('admission.k8s.io/v1', 'u', {
    allowed: false,
    message: `a\n\u0000\u001b[31m\u2028${'x'.repeat(10_000)}\ud800`,
    code: 403,
    retry: false,
    warnings: Array.from({ length: 100 }, () => 'w\n'.repeat(1000)),
    annotations: { decision: '\u0007' },
    patch: [{ op: 'replace', path: '/x', value: 'y' }],
  });
  const answer = answerIn(bytes.toString());
  assert.ok(bytes.length < 16_384);
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  assert.doesNotMatch(answer.status?.message ?? '', /[\u0000-\u001f\u2028]/);
  assert.ok((answer.warnings?.length ?? 0) <= 16);
  assert.equal(answer.patch, undefined, 'a no changes nothing');
});
