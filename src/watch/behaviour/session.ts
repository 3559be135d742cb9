import type { ExceptionEvidence } from './evidence.ts';

/**
 * What exceptions may call a container's workload, `NAMESPACE/KIND/NAME`: its pod, and the controllers that the pod's name
 * tells; without a pod its own name in a namespace of containerd.
 */
export function workloadNames(
  pod: { readonly namespace: string; readonly name: string } | undefined,
  container: { readonly namespace: string; readonly name: string },
): readonly string[] {
  if (pod === undefined) return [`${container.namespace}/Container/${container.name}`];
  const { namespace, name } = pod;
  const owner = (kind: string, suffix: RegExp): readonly string[] => {
    const base = name.replace(suffix, '');
    return base === name || base === '' ? [] : [`${namespace}/${kind}/${base}`];
  };
  return [
    `${namespace}/Pod/${name}`,
    // The alphabet of Kubernetes' random names has no vowels.
    ...owner('Deployment', /-[bcdf-hj-np-tv-z2456789]{1,10}-[bcdf-hj-np-tv-z2456789]{5}$/),
    ...owner('ReplicaSet', /-[bcdf-hj-np-tv-z2456789]{5}$/),
    ...owner('DaemonSet', /-[bcdf-hj-np-tv-z2456789]{5}$/),
    ...owner('Job', /-[bcdf-hj-np-tv-z2456789]{5}$/),
    ...owner('StatefulSet', /-[0-9]{1,10}$/),
  ];
}

/**
 * The debug session that something seen at `time` (RFC 3339) falls into: for this workload, or for any of the image where
 * none is named. The exception was signed by whom the policies name.
 */
export function debugSessionAt(
  exceptions: readonly ExceptionEvidence[],
  workload: readonly string[],
  time: string,
): ExceptionEvidence | undefined {
  const at = Date.parse(time);
  return exceptions.find(({ document: { spec } }) => {
    const { debugSession, ...others } = spec.scope;
    if (debugSession === undefined || Object.values(others).some((one) => one !== undefined)) return false;
    const { workloads } = debugSession;
    if (workloads.length > 0 && !workload.some((name) => workloads.includes(name))) return false;
    // Each is written so that a date that does not exist (NaN) is refused.
    return at >= Date.parse(spec.notBefore) && at < Date.parse(spec.expires);
  });
}
