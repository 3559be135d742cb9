import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Method } from '../../src/containers/api/connection.ts';
import { bytes, count, map, message, nested, string, strings } from '../../src/containers/api/schema.ts';
import { type Connection, connect } from '../../src/containers/index.ts';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { busyboxImage } from '../support/roots.ts';
import { manifestOf, withCommand } from './layouts.ts';
import { Watching } from './watching.ts';

/** As much of CRI (k8s.io/cri-api, runtime.v1) as the kubelet would use to run one container in a host-network pod. */
const podMetadata = message({ name: string(1), uid: string(2), namespace: string(3), attempt: count(4) });
const security = message({ namespaces: nested(1, message({ network: count(1) })) });
const linux = message({ security: nested(2, security) });
const podConfig = message({
  metadata: nested(1, podMetadata),
  logs: string(3),
  labels: map(6),
  linux: nested(8, linux),
});
const containerConfig = message({
  metadata: nested(1, message({ name: string(1), attempt: count(2) })),
  image: nested(2, message({ image: string(1) })),
  command: strings(3),
  labels: map(9),
});
const anything = message({ ignored: bytes(1000) });
const service = <Q, A>(
  name: string,
  request: Method<Q, A>['request'],
  answer: Method<Q, A>['answer'],
): Method<Q, A> => ({
  path: `/runtime.v1.RuntimeService/${name}`,
  request,
  answer,
});
const runPod = service('RunPodSandbox', message({ config: nested(1, podConfig) }), message({ id: string(1) }));
const createContainer = service(
  'CreateContainer',
  message({ pod: string(1), config: nested(2, containerConfig), podConfig: nested(3, podConfig) }),
  message({ id: string(1) }),
);
const startContainer = service('StartContainer', message({ id: string(1) }), anything);
const containerStatus = service(
  'ContainerStatus',
  message({ id: string(1) }),
  message({ status: nested(1, message({ imageRef: string(9) })) }),
);
const stopPod = service('StopPodSandbox', message({ id: string(1) }), anything);
const removePod = service('RemovePodSandbox', message({ id: string(1) }), anything);

const namespace = 'k8s.io';
const host = 2; // NamespaceMode NODE
let containerd: TestContainerd;
let cri: Connection;
let layout: string;

before(async () => {
  layout = await busyboxImage();
  containerd = await startContainerd({ cri: true, sandboxImage: 'docker.io/test/pause:1' });
  const pause = withCommand(layout, join(containerd.scratch, 'tmp', 'pause'), ['sleep', '1000']);
  await containerd.importImage(pause, 'docker.io/test/pause:1', { namespace });
  await containerd.importImage(layout, 'docker.io/test/busybox:1', { namespace });
  cri = connect(containerd.socket);
});

after(async () => {
  cri.close();
  await containerd.stop();
});

test('a pod that CRI runs: sandbox and container, their pod, their image by whatever name CRI gives it', async () => {
  await using watching = new Watching(containerd.socket);
  await watching.until((event) => event.type === 'connected');
  const pod = { name: 'web-0', namespace: 'shop', uid: '8f4e8a1c-0000-4000-8000-000000000001' };
  // The kubelet sets these labels; CRI adds its own.
  const labels = {
    'io.kubernetes.pod.name': pod.name,
    'io.kubernetes.pod.namespace': pod.namespace,
    'io.kubernetes.pod.uid': pod.uid,
  };
  const config = {
    metadata: { ...pod, attempt: 0 },
    logs: join(containerd.scratch, 'logs'),
    labels,
    linux: { security: { namespaces: { network: host } } },
  };
  const { id: sandboxId } = await cri.call(runPod, { config }, { timeout: 30_000 });
  const main = {
    metadata: { name: 'main', attempt: 0 },
    image: { image: 'docker.io/test/busybox:1' },
    command: ['sleep', '1000'],
    labels: { ...labels, 'io.kubernetes.container.name': 'main' },
  };
  const { id } = await cri.call(createContainer, { pod: sandboxId, config: main, podConfig: config });
  await cri.call(startContainer, { id });
  await watching.until((event) => event.type === 'started' && event.ref.id === id);

  const [sandbox, container] = [sandboxId, id].map((one) => watching.of(one)[0]);
  assert.ok(sandbox?.type === 'container' && container?.type === 'container');
  assert.deepEqual([sandbox.container.kind, sandbox.container.pod], ['sandbox', pod]);
  const { kind, name, pod: told, image } = container.container;
  assert.deepEqual({ kind, name, told }, { kind: 'container', name: 'main', told: pod });

  const { descriptor, manifest } = manifestOf(layout);
  assert.deepEqual([image.manifest, image.config], [descriptor.digest, manifest.config.digest]);
  assert.deepEqual([image.confirmed, image.unreadable], [true, undefined]);
  // The trap: what the kubelet shows as the image's id is the config's digest.
  const { status } = await cri.call(containerStatus, { id });
  assert.equal(status?.imageRef, manifest.config.digest);

  await cri.call(stopPod, { id: sandboxId }, { timeout: 30_000 });
  await cri.call(removePod, { id: sandboxId }, { timeout: 30_000 });
  await watching.until((event) => event.type === 'removed' && event.ref.id === id);
  await watching.until((event) => event.type === 'removed' && event.ref.id === sandboxId);
});
