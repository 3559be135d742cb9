import type { GroupKind } from './model.ts';

/** What a kind means for images: where its pod specification is, that it has none, or that nobody here knows it. */
export type KindOfObject =
  /** `path`: member names from the object to the pod specification. */
  | { readonly holds: 'pod' | 'template'; readonly path: readonly string[] }
  | { readonly holds: 'nothing' }
  | { readonly holds: 'unknown' };

const template = ['spec', 'template', 'spec'];

/** Every kind of Kubernetes from which pods are made, by group and kind; versions of a kind differ elsewhere. */
const holders: Readonly<Record<string, readonly string[]>> = {
  '/ReplicationController': template,
  '/PodTemplate': ['template', 'spec'],
  'apps/Deployment': template,
  'apps/ReplicaSet': template,
  'apps/StatefulSet': template,
  'apps/DaemonSet': template,
  'extensions/Deployment': template,
  'extensions/ReplicaSet': template,
  'extensions/DaemonSet': template,
  'batch/Job': template,
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Kinds without pods in the groups that also have kinds with them. */
const podless: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ComponentStatus',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ResourceQuota',
    'Scale',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  apps: ['ControllerRevision', 'Scale'],
  batch: [],
  extensions: ['Ingress', 'NetworkPolicy', 'Scale'],
};

/** Kubernetes' own groups in which nothing holds pods. `*.k8s.io` is reserved for it (KEP 1111); `*.x-k8s.io` is not. */
const podlessGroups: readonly string[] = ['autoscaling', 'policy'];

export function kindOfObject({ group, kind }: GroupKind): KindOfObject {
  if (group === '' && kind === 'Pod') return { holds: 'pod', path: ['spec'] };
  const key = `${group}/${kind}`;
  const path = Object.hasOwn(holders, key) ? holders[key] : undefined;
  if (path !== undefined) return { holds: 'template', path };
  const known = Object.hasOwn(podless, group) ? podless[group] : undefined;
  if (known !== undefined) return { holds: known.includes(kind) ? 'nothing' : 'unknown' };
  return { holds: podlessGroups.includes(group) || group.endsWith('.k8s.io') ? 'nothing' : 'unknown' };
}
