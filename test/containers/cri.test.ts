import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeLabels, hostWorkload } from '../../src/containers/index.ts';

const ref = { namespace: 'k8s.io', id: 'abc' };
const pod = { 'io.kubernetes.pod.name': 'web-0', 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.pod.uid': 'u1' };
const expected = { name: 'web-0', namespace: 'shop', uid: 'u1' };

test('a container of a pod, its sandbox, and one without CRI', () => {
  const labels = { ...pod, 'io.kubernetes.container.name': 'nginx', 'io.cri-containerd.kind': 'container' };
  assert.deepEqual(describeLabels(ref, labels), { name: 'nginx', kind: 'container', pod: expected });
  assert.deepEqual(describeLabels(ref, { ...pod, 'io.cri-containerd.kind': 'sandbox' }), {
    name: 'abc',
    kind: 'sandbox',
    pod: expected,
  });
  assert.deepEqual(describeLabels(ref, {}), { name: 'abc', kind: 'container' });
});

test('half a pod is no pod, and names nothing', () => {
  for (const missing of Object.keys(pod)) {
    const labels = { ...pod, [missing]: '', 'io.kubernetes.container.name': 'nginx' };
    assert.deepEqual(describeLabels(ref, labels), { name: 'abc', kind: 'container' });
  }
});

test('two workloads of a host never have one name', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('a/b', 'a', 'b', '%2F', '/', 'a%2Fb'));
  const workload = fc.tuple(text, text, text);
  fc.assert(
    fc.property(workload, workload, (one, other) => {
      const [first, second] = [one, other].map(([host, namespace, name]) => hostWorkload(host, { namespace, name }));
      assert.equal(first === second, JSON.stringify(one) === JSON.stringify(other));
      assert.equal(first?.split('/').length, 3);
    }),
  );
});
