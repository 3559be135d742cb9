import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { admissionReasons } from '../../src/kube/index.ts';

const directory = join(import.meta.dirname, '../../deploy/admission');

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Record<string, unknown>;
  readonly webhooks?: readonly {
    readonly failurePolicy: string;
    readonly timeoutSeconds: number;
    readonly reinvocationPolicy?: string;
    readonly clientConfig: {
      readonly service: { readonly namespace: string; readonly name: string; readonly path: string };
    };
    readonly rules: readonly Rule[];
    readonly namespaceSelector: object;
  }[];
}

const manifests = readdirSync(directory).flatMap((name) =>
  parseAllDocuments(readFileSync(join(directory, name), 'utf8')).map((document) => {
    assert.deepEqual(document.errors, [], name);
    return document.toJS() as Manifest;
  }),
);

function one(kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  assert.equal(found.length, 1, kind);
  return found[0] as Manifest;
}

function resourcesOf(kind: string): readonly string[] {
  const rules = one(kind).webhooks?.flatMap((webhook) => webhook.rules) ?? [];
  return rules
    .flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`)))
    .sort();
}

test('both webhooks are called at the service, and fail closed', () => {
  const service = one('Service');
  for (const [kind, path] of [
    ['MutatingWebhookConfiguration', '/mutate'],
    ['ValidatingWebhookConfiguration', '/validate'],
  ] as const) {
    const webhooks = one(kind).webhooks ?? [];
    assert.equal(webhooks.length, 1);
    for (const { clientConfig, failurePolicy, timeoutSeconds, namespaceSelector } of webhooks) {
      const { namespace, name } = service.metadata;
      assert.deepEqual(clientConfig.service, { namespace, name, path });
      assert.equal(failurePolicy, 'Fail');
      assert.ok(timeoutSeconds >= 10);
      assert.match(JSON.stringify(namespaceSelector), /"NotIn".*"kube-system","holdfast-system"/);
    }
  }
  assert.equal(one('MutatingWebhookConfiguration').webhooks?.[0]?.reinvocationPolicy, 'IfNeeded');
});

test('pods are pinned, and all that pods are made from is judged', () => {
  assert.deepEqual(resourcesOf('MutatingWebhookConfiguration'), ['/pods', '/pods/ephemeralcontainers']);
  assert.deepEqual(resourcesOf('ValidatingWebhookConfiguration'), [
    '/pods',
    '/pods/ephemeralcontainers',
    '/podtemplates',
    '/replicationcontrollers',
    'apps/daemonsets',
    'apps/deployments',
    'apps/replicasets',
    'apps/statefulsets',
    'batch/cronjobs',
    'batch/jobs',
  ]);
});

test('the webhook runs without rights in the cluster or on the node', () => {
  const text = JSON.stringify(one('StatefulSet'));
  assert.match(text, /"automountServiceAccountToken":false/);
  assert.match(text, /"readOnlyRootFilesystem":true/);
  assert.match(text, /"runAsNonRoot":true/);
  assert.match(text, /"drop":\["ALL"\]/);
  assert.deepEqual(
    manifests.filter(({ kind }) => /Role|ServiceAccount/.test(kind)),
    [],
  );
});

test('the documentation has every reason', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/admission.md'), 'utf8');
  assert.deepEqual(
    admissionReasons.filter((reason) => !page.includes(`\`${reason}\``)),
    [],
  );
});
