import type { Container, ContainerRef, Pod } from './model.ts';

/**
 * What the kubelet's CRI plugin says in labels (containerd pkg/cri, kubelet `types/labels.go`). Labels are hints made by
 * whoever created the container: they name it, they prove nothing.
 */
export function describeLabels(
  ref: ContainerRef,
  labels: Readonly<Record<string, string>>,
): Pick<Container, 'name' | 'kind' | 'pod'> {
  const kind = labels['io.cri-containerd.kind'] === 'sandbox' ? 'sandbox' : 'container';
  const pod = podOf(labels);
  const name = pod === undefined || kind === 'sandbox' ? ref.id : (labels['io.kubernetes.container.name'] ?? '');
  return { name: name === '' ? ref.id : name, kind, ...(pod === undefined ? {} : { pod }) };
}

/** All three, or no pod: half a name would be another pod's. */
function podOf(labels: Readonly<Record<string, string>>): Pod | undefined {
  const name = labels['io.kubernetes.pod.name'] ?? '';
  const namespace = labels['io.kubernetes.pod.namespace'] ?? '';
  const uid = labels['io.kubernetes.pod.uid'] ?? '';
  return name === '' || namespace === '' || uid === '' ? undefined : { name, namespace, uid };
}

/**
 * The workload of a container on a host without a cluster: host/containerd-namespace/container name (DESIGN: Keys).
 * Slashes and control characters in a part would forge another's name: they are percent-encoded.
 */
export function hostWorkload(host: string, container: Pick<Container, 'namespace' | 'name'>): string {
  return [host, container.namespace, container.name].map(part).join('/');
}

function part(text: string): string {
  return text.replace(/[%/\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
